"""Names of things: typed identifiers, and how ids are derived without randomness.

Nothing is minted here. A terminal mints UUIDv7 ids (`sync_server.client.identity`) and stores
them before use; what a decision creates besides takes an id derived from the command's.
"""

from typing import NewType

StaffId = NewType("StaffId", str)
DeviceId = NewType("DeviceId", str)
CommandId = NewType("CommandId", str)
CheckId = NewType("CheckId", str)
LineId = NewType("LineId", str)
TicketId = NewType("TicketId", str)
PaymentId = NewType("PaymentId", str)
ChargeId = NewType("ChargeId", str)
ShiftId = NewType("ShiftId", str)
NoticeId = NewType("NoticeId", str)
ItemId = NewType("ItemId", str)
StationId = NewType("StationId", str)
TableId = NewType("TableId", str)

NOBODY = StaffId("")
NO_CHECK = CheckId("")
NO_CHARGE = ChargeId("")
NO_LINE = LineId("")
NO_PAYMENT = PaymentId("")


def derived(command_id: str, part: str) -> str:
    """The id of something that the command `command_id` creates; `part` tells its creations apart.

    The same command decided twice names the same things, so a replay cannot invent a second one.
    """
    return f"{command_id}.{part}"


OF_CHECK, OF_CARD, OF_VOUCHER, OF_INVOICE = "check:", "card:", "voucher:", "invoice:"
"""What the house knows of a guest hangs on one of these; before its id they name the guest."""
