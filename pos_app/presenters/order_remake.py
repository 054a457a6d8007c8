"""A dish that the kitchen has shall be made otherwise: its choices are opened again and changed.

Part of the order presenter, between `order_selling` and `order`. While nobody has begun the dish it
goes through at once; otherwise the sheet stays and asks why, and whether it was made. The rules are
`domain.remaking`; what only lacks a right asks a colleague.
"""

from pos_app.desk import Desk
from pos_app.presenters.modifiers import Making
from pos_app.presenters.order_selling import SellingWork
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.shown import Act, Sheet
from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.ordering import choices_of
from sync_server.domain.rejections import Refused


class RemakeWork(SellingWork):
    """State: the dish that waits for a reason to be made otherwise."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.remaking: Making | None = None

    def enter(self) -> None:
        """Another check: nothing waits for a reason."""
        super().enter()
        self.remaking = None

    def is_remake(self, line: Line, making: Making) -> bool:
        """Whether the sheet asks the kitchen for another dish, not only for a word on it."""
        said = tuple(making.choices), making.qty_milli
        return line.state in ("fired", "ready", "served") and said != (
            choices_of(line),
            line.qty_milli,
        )

    def remake(self, line: Line, making: Making) -> None:
        """What is on the sheet goes to the kitchen, old beside new."""
        decision = self.desk.submit(self._otherwise(line, making))
        if isinstance(decision, Refused) and decision.code == "dish_begun":
            self.ask("remake")
            self.remaking, self.making = making, None
        elif self.told(decision):
            self.making, self.picked = None, ""
            self.toast(self.say("kitchen_told", name=line.name), "ready", "check")

    def _otherwise(self, line: Line, making: Making) -> c.RemakeLine:
        return c.RemakeLine(
            CheckId(self.place.check_id),
            line.line_id,
            LineId(self.desk.new_id()),
            making.qty_milli,
            tuple(making.choices),
            making.note,
            making.allergy,
            self.reason,
            self.made,
        )

    @intent
    def confirm(self) -> None:
        """Take the reason, or what another question asks."""
        if self.asked == "remake":
            self._confirm_remake()
        else:
            super().confirm()

    def _confirm_remake(self) -> None:
        making, check = self.remaking, self.check
        line = check.line(making.line_id) if making is not None and check is not None else None
        if making is None or line is None or not self.reason:
            return
        if self.submit_or_ask(self._otherwise(line, making)):
            self._approved()
            self.toast(self.say("kitchen_told", name=line.name), "ready", "check")

    def sheet(self, check: Check) -> Sheet:
        """Why a dish that is at work shall be made otherwise."""
        making = self.remaking
        if self.approval.open or self.asked != "remake" or making is None:
            return super().sheet(check)
        reasons = [r for r in self.desk.catalogue.reasons.values() if r.kind == "void"]
        acts = [
            Act(
                f"reason_tapped:{r.reason_id}",
                self.name(r.names),
                "ringed" if r.reason_id == self.reason else "plain",
            )
            for r in reasons
        ]
        was = "was_made" if self.made else "was_not_made"
        icon = "check" if self.made else "block"
        acts.append(Act("made_tapped", self.say(was), "outline", icon=icon))
        return Sheet(
            "choices",
            self.say("remake_of", name=self.name(making.item.names)),
            text=self.say("remake_why"),
            choices=tuple(acts),
            cancel=Act("cancel", self.say("back")),
            confirm=Act("confirm", self.say("remake_do"), "accent", bool(self.reason)),
        )
