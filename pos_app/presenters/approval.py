"""A colleague with the right lends it for one command: here with their PIN, or at another terminal.

Part of the order presenter. Only with the server, which alone knows PINs and rights (S-15): the
approval is bound to this very command, with its amount and its lines, and is used once: whoever
changes the amount asks again. What is asked for elsewhere stands in the venue, is told to everybody
who may approve (`notices`), and the command goes through here as soon as one of them says yes. What
was asked for before a restart is told to whoever asked: the same tap takes it up again. A command
that makes an id would be another one with every tap: its request keeps that id.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId
from sync_server.domain.rejections import Refused
from sync_server.domain.staff import rights_of
from sync_server.protocol.envelope import body_digest, target_of
from sync_server.protocol.replica import CODEC

LENDABLE = frozenset({"not_allowed", "over_limit", "over_sum", "account_limit", "refund_limit"})
"""Refusals that somebody else's right can lift."""
ID_MADE = {
    "GiveDiscount": "grant_id",
    "CompLine": "grant_id",
    "TakePayment": "payment_id",
    "AskCard": "payment_id",
    "RefundPayment": "refund_id",
    "BackToCard": "refund_id",
    "CorrectTender": "new_payment_id",
    "ChargeRoom": "charge_id",
    "ReverseCharge": "reversal_id",
}
"""The field of a command that holds an id made for it with the tap."""
KEPT = "id_made"
"""Under this name a request keeps that id."""
SIGN = "•"
ELSEWHERE = "elsewhere"
"""Stands for nobody by name: whoever may, at another terminal. No person has this id."""


class Approval:
    """State: the command that waits, who was picked, what was typed. `done` is called when the
    command went through."""

    def __init__(self, presenter: Presenter, done: Callable[[], None]) -> None:
        self._on = presenter
        self._done = done
        self.request_id = ""
        self.shut()

    def shut(self) -> None:
        """Nothing waits for an approval."""
        if self.request_id and self._on.place.waits_for == self.request_id:
            self._on.place.waits_for = ""
        self.command: object | None = None
        self.body = b""
        self.why = self.who = self.typed = self.message = self.request_id = ""
        self.refused = Refused("")
        self.waiting = False

    @property
    def open(self) -> bool:
        """Whether somebody is being asked."""
        return self.command is not None

    def wanted(self, command: object, refused: Refused) -> bool:
        """Ask for an approval of a refused command. False if nobody could give it, and
        then that is said."""
        on = self._on
        lendable = refused.code in LENDABLE
        if not lendable and refused.code != "check_frozen":
            return False
        if not on.desk.link.online:
            if lendable:
                on.toast(on.say("approval_needs_server"), "hold", "wifi_off")
            return lendable
        self.shut()
        self.command, self.refused = command, refused
        self.body = CODEC.encode(command)
        self.why = on.sentence(refused.code, refused.params)
        if not self._taken_up() and not lendable:
            self.shut()
            return False
        return True

    def _taken_up(self) -> bool:
        """Whether the very same was asked for before, perhaps before a restart: its answer counts,
        and it is what keeps the bill frozen."""
        on, command = self._on, self.command
        type_ = type(command).__name__
        for request in on.desk.venue.requests.values():
            if (request.by, request.type) != (on.desk.me, type_):
                continue
            kept = request.params.get(KEPT)
            asked: Any = command
            if kept and type_ in ID_MADE:
                asked = replace(asked, **{ID_MADE[type_]: kept})
            body = CODEC.encode(asked)
            if request.runs(on.desk.now_ms()) and body_digest(body) == request.digest:
                self.command, self.body = asked, body
                self.request_id = on.place.waits_for = request.request_id
                return True
        return False

    def cancel(self) -> None:
        """Nobody is asked any more; the bill is free again."""
        ended = self.request_id
        if ended and ended in self._on.desk.venue.requests:
            self._on.submit(c.CancelApproval(ended))
        self.shut()
        self._on.place.waits_for = ended

    def _elsewhere(self) -> None:
        """Ask whoever may approve, at whichever terminal."""
        on, command = self._on, self.command
        request_id = on.desk.new_id()
        ask = c.AskApproval(
            request_id,
            CheckId(target_of(self.body)),
            type(command).__name__,
            body_digest(self.body),
            self.refused.code,
            {**self._about(), **self.refused.params},
            str(getattr(command, "reason", "")),
        )
        if on.submit(ask):
            self.request_id = on.place.waits_for = request_id

    def _about(self) -> dict[str, str | int]:
        """Which dish, how much money: what whoever approves elsewhere does not see; and the id that
        was made for the command."""
        made = str(getattr(self.command, ID_MADE.get(type(self.command).__name__, ""), ""))
        about: dict[str, str | int] = {KEPT: made} if made else {}
        check = self._on.desk.venue.check(CheckId(target_of(self.body)))
        line = check.line(getattr(self.command, "line_id", "")) if check is not None else None
        if line is not None:
            part = line.gross_minor * getattr(self.command, "qty_milli", line.qty_milli)
            return {
                **about,
                "item": line.item_id,
                "amount_minor": part // max(1, line.qty_milli),
            }
        amount: int = getattr(self.command, "amount_minor", 0)
        return {**about, "amount_minor": amount} if amount else about

    def look(self) -> None:
        """Take the answer when it is there: the command goes through, or it is said who refused."""
        on = self._on
        if not self.request_id:
            return
        request = on.desk.venue.requests.get(self.request_id)
        if request is None or not request.runs(on.desk.now_ms()):
            name = on.person(request.approver) if request and request.approver else ""
            key = "approval_denied" if name else "approval_lapsed"
            self.shut()
            on.toast(on.say(key, name=name), "hold", "person")
        elif request.state == "granted":
            command, request_id = self.command, self.request_id
            self.shut()
            if on.submit(command, request_id):
                on.place.waits_for = request_id
                self._done()
                name = on.person(request.approver)
                on.toast(on.say("approved_by", name=name), "ready", "check")

    def pick(self, staff_id: str) -> None:
        """This colleague approves, or whoever may elsewhere."""
        if staff_id == ELSEWHERE:
            self._elsewhere()
            return
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
            "target": target_of(self.body),
            "digest": body_digest(self.body),
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
        """Who approves, then their PIN; nothing once another terminal has answered."""
        self.look()
        on = self._on
        if not self.open:
            return NO_SHEET
        cancel = Act("cancel", on.say("cancel"))
        if self.request_id:
            return Sheet("choices", on.say("waits_for_approval"), text=self.why, cancel=cancel)
        if not self.who:
            here = tuple(Act(f"approver:{key}", on.person(key)) for key in self._approvers())
            there = Act(f"approver:{ELSEWHERE}", on.say("ask_elsewhere"), icon="notifications")
            return Sheet(
                "choices",
                on.say("who_approves"),
                text=self.why,
                choices=(*here, there),
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
