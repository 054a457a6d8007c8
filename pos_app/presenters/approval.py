"""A colleague with the right lends it for one command, here and now: who, and their PIN.

Part of the order presenter. Only with the server, which alone knows PINs and rights (S-15): the
approval is bound to this device and to this very command, with its amount and its lines, and is
used once: whoever changes the amount asks again.
"""

from collections.abc import Callable

from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from sync_server.domain.rejections import Refused
from sync_server.domain.staff import rights_of
from sync_server.protocol.envelope import body_digest
from sync_server.protocol.replica import CODEC

LENDABLE = frozenset({"not_allowed", "over_limit", "over_sum"})
"""Refusals that somebody else's right can lift."""
SIGN = "•"


class Approval:
    """State: the command that waits, who was picked, what was typed. `done` is called when the
    command went through."""

    def __init__(self, presenter: Presenter, done: Callable[[], None]) -> None:
        self._on = presenter
        self._done = done
        self.shut()

    def shut(self) -> None:
        """Nothing waits for an approval."""
        self.command: object | None = None
        self.target = ""
        self.why = self.who = self.typed = self.message = ""
        self.waiting = False

    @property
    def open(self) -> bool:
        """Whether somebody is being asked."""
        return self.command is not None

    def wanted(self, command: object, target: str, refused: Refused) -> bool:
        """Ask for an approval of a refused command on a check. False if nobody could give it, and
        then that is said."""
        on = self._on
        if refused.code not in LENDABLE:
            return False
        if not on.desk.link.online:
            on.toast(on.say("approval_needs_server"), "hold", "wifi_off")
            return True
        self.shut()
        self.command, self.target = command, target
        self.why = on.sentence(refused.code, refused.params)
        return True

    def pick(self, staff_id: str) -> None:
        """This colleague approves."""
        self.who, self.typed, self.message = staff_id, "", ""

    def key(self, key: str) -> None:
        """A figure of the PIN; the last one asks the server."""
        if self.waiting:
            return
        self.message = ""
        if key == "back":
            self.typed = self.typed[:-1]
            return
        self.typed += key
        if len(self.typed) >= self._on.desk.pin_places(self.who):
            self.waiting = True
            self._on.desk.later(self._ask(self.command, self.typed))

    async def _ask(self, command: object | None, pin: str) -> None:
        on = self._on
        params: dict[str, object] = {
            "staff_id": self.who,
            "pin": pin,
            "type": type(command).__name__,
            "target": self.target,
            "digest": body_digest(CODEC.encode(command)),
        }
        answer = await on.desk.ask("approve", params)
        if command is not self.command:
            return
        self.waiting, self.typed = False, ""
        if answer.code:
            self.message = on.sentence(answer.code, answer.params)
            return
        name = on.person(self.who)
        self.shut()
        if on.submit(command, str(answer.body["id"])):
            self._done()
            on.toast(on.say("approved_by", name=name), "ready", "check")

    def sheet(self) -> Sheet:
        """Who approves, then their PIN."""
        on = self._on
        if not self.open:
            return NO_SHEET
        cancel = Act("cancel", on.say("cancel"))
        if not self.who:
            return Sheet(
                "choices",
                on.say("who_approves"),
                text=self.why,
                choices=tuple(Act(f"approver:{key}", on.person(key)) for key in self._approvers()),
                cancel=cancel,
            )
        hint = on.say("checking") if self.waiting else self.message or on.say("pin_of_approver")
        title = on.say("approves", name=on.person(self.who))
        return sheets.keypad(on, title, SIGN * len(self.typed), "", hint=hint)

    def _approvers(self) -> list[str]:
        catalogue = self._on.desk.catalogue
        return [
            staff_id
            for staff_id, member in catalogue.staff.items()
            if member.active
            and staff_id != self._on.desk.me
            and "approve" in rights_of(catalogue, staff_id)
        ]
