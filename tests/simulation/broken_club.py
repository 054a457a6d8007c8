"""Broken promises to guests with club cards: points spent twice, earned twice, out of nothing.

As `broken`, whose workshop and register these use.
"""

from dataclasses import replace
from typing import Any

from msgspec import Raw, structs

from sync_server.domain import club, commands as c, earning, payments
from sync_server.domain.ids import PaymentId
from sync_server.front_office import journal
from sync_server.front_office.bus import CommandBus
from sync_server.front_office.group import Group
from sync_server.protocol.envelope import read_command, write_command
from sync_server.protocol.replica import CODEC, apply_record

from .broken import Workshop, variant
from .shapes_of_service import PointsSpent


@variant(0, PointsSpent)
def points_are_spent_again_when_the_answer_was_lost(shop: Workshop) -> None:
    """A repeated payment gets the first answer, and takes its points once more."""

    def again(group: Group, device: Any, received: Any, answer: Any) -> Any:
        command = received.command
        if command.type != "TakePayment" or answer == "fork":
            return answer
        body = CODEC.decode_command(command.type, command.tv, command.body)
        assert isinstance(body, c.TakePayment)
        if body.tender == "points":
            other = replace(body, payment_id=PaymentId(f"{body.payment_id}+"))
            data = write_command(structs.replace(command, body=Raw(CODEC.encode(other))))
            before = group.batch.devices.get(device.dev)
            group.take(device, read_command(data))
            group.batch.inbox.pop()
            standing = (device.epoch, device.last_seq, device.last_hash, device.last_at_ms)
            group.batch.devices[device.dev] = before or standing
        return answer

    shop.rewrite(
        CommandBus,
        "_take_one",
        (
            'return await self.inbox.first_answer(received, group.answers) or "fork"',
            "return again(group, device, received,"
            ' await self.inbox.first_answer(received, group.answers) or "fork")',
        ),
        again=again,
    )


@variant(0, PointsSpent)
def points_are_earned_twice_on_replay(shop: Workshop) -> None:
    """A start of the server counts what came after its saved state a second time."""

    def twice(venue: Any, record: Any) -> object:
        if record.type == "PointsEarned":
            apply_record(venue, record)
        return apply_record(venue, record)

    shop.replace(journal, "apply_record", twice)


@variant(0, PointsSpent)
def a_check_that_is_opened_again_keeps_its_points(shop: Workshop) -> None:
    """And earns them once more when it is paid."""
    shop.rewrite(
        earning._Followed,
        "through",
        (
            "isinstance(event, e.CheckReopened | e.PaymentRefunded)",
            "isinstance(event, e.PaymentRefunded)",
        ),
    )


@variant(0, PointsSpent)
def a_terminal_alone_takes_points(shop: Workshop) -> None:
    """It believes what it remembers of a card."""
    new = shop.rewrite(club, "spendable", ("if not facts.server_link:", "if False:"))
    shop.replace(payments, "points_spendable", new)
