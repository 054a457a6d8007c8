"""By which terms a check is sold: discounts by hand, service, tax, and when a course is fired.

Part of the order presenter, between `order_lines` and `order_selling`. What one may give and what
needs an approval is the domain's (`sync_server.domain.discounting`); here is what is asked.
"""

from dataclasses import replace

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.order_check import CheckWork
from pos_app.presenters.order_lines import hundredths
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, LineId

MINUTE_MS = 60_000
MINUTES = (5, 10, 15, 20, 30, 45, 60)
SERVICES_BP = (0, 1_000, 1_250, 1_500)


class TermsWork(CheckWork):
    """State: the discount that is being given, whether on the picked line only, and as what."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.discount_id = ""
        self.by_percent = True
        self.value = (0, 0)

    # -- discounts -----------------------------------------------------------------------------
    @intent
    def discount_on_line(self) -> None:
        """On the picked line only, or on the check."""
        self.on_line = not self.on_line

    @intent
    def discount_kind(self, kind: str) -> None:
        """What is typed is a percentage or a sum."""
        self.by_percent, self.typed = kind == "percent", ""

    @intent
    def give_discount(self, discount_id: str) -> None:
        """A discount from the list; what it asks for first is asked."""
        discount = self.desk.catalogue.discounts.get(discount_id)
        if discount is None:
            self.toast(self.sentence("no_discount", {}))
            return
        self.discount_id, self.value = discount_id, (0, 0)
        if discount.is_open:
            self.ask("discount_value")
        elif discount.needs_reason:
            self.ask("discount_reason")
        else:
            self._give("")

    @intent
    def discount_because(self, reason: str) -> None:
        """Why."""
        self._give(reason)

    def _give(self, reason: str) -> bool:
        on_line = self.on_line and self.line is not None
        command = c.GiveDiscount(
            CheckId(self.place.check_id),
            self.desk.new_id(),
            self.discount_id,
            (LineId(self.picked),) if on_line else (),
            reason,
            *self.value,
        )
        given = self.submit_or_ask(command)
        if given:
            self._shut()
        return given

    def _value_given(self, typed: str) -> None:
        amount = hundredths(typed)
        self.value = (amount, 0) if self.by_percent else (0, amount)
        discount = self.desk.catalogue.discounts.get(self.discount_id)
        if discount is not None and discount.needs_reason:
            self.ask("discount_reason")
        else:
            given = self._give("")
            self.settled(given or self.approval.open, "discount_value", typed)

    # -- service and tax -----------------------------------------------------------------------
    @intent
    def service(self, rate_bp: str) -> None:
        """Another service charge."""
        if self.submit_or_ask(c.SetService(CheckId(self.place.check_id), int(rate_bp))):
            self._shut()

    @intent
    def exempt(self, reason: str) -> None:
        """No tax, for a reason."""
        if self.submit_or_ask(c.ExemptTax(CheckId(self.place.check_id), True, reason)):
            self._shut()

    @intent
    def tax_again(self) -> None:
        """Tax is asked after all."""
        if self.submit_or_ask(c.ExemptTax(CheckId(self.place.check_id), False)):
            self._shut()

    # -- time ----------------------------------------------------------------------------------
    @intent
    def fire_in(self, minutes: str) -> None:
        """The course fires by itself then; 0 takes the time back."""
        check = self.check
        lines = self.timeable(check) if check is not None else []
        if check is None or not lines:
            self.toast(self.say("nothing_to_time"))
            return
        at_ms = self.desk.now_ms() + int(minutes) * MINUTE_MS if int(minutes) else 0
        ids = tuple(line.line_id for line in lines)
        if self.submit(c.TimeFire(check.check_id, ids, at_ms)):
            self._shut()

    def timeable(self, check: Check) -> list[Line]:
        """What a time would be for: what waits on hold with the kitchen, else what is new."""
        return self.fireable(check) or self._hold_group(check)

    # -- sheets --------------------------------------------------------------------------------
    def confirm_typed(self, asked: str, typed: str) -> bool:
        """Take what was typed for one of these questions; False if it is another's."""
        if asked == "discount_value":
            self._value_given(typed)
            return True
        if asked == "tab_name":
            done = self.submit(c.RenameCheck(CheckId(self.place.check_id), typed))
            self.settled(done, asked, typed)
            return True
        return super().confirm_typed(asked, typed)

    def sheet(self, check: Check) -> Sheet:
        """The sheet of the question that is open."""
        if self.approval.open:
            return super().sheet(check)
        match self.asked:
            case "discount_value":
                return self._value_sheet()
            case "discount_reason":
                return self._reasons("discount", "discount_because", "discount_why")
            case "exempt":
                return self._exempt_sheet(check)
            case "service":
                return self._service_sheet(check)
            case "fire_time":
                return self._time_sheet(check)
            case "tab_name":
                title = self.say("tab_name")
                return sheets.letters(
                    self, title, self.typed, self.say("tab_hint"), self.say("done")
                )
        return super().sheet(check)

    def _value_sheet(self) -> Sheet:
        discount = self.desk.catalogue.discounts.get(self.discount_id)
        title = self.name(discount.names) if discount else self.say("discount")
        kinds = tuple(
            Act(
                f"discount_kind:{kind}",
                self.say(f"discount_{kind}"),
                "chosen" if self.by_percent == (kind == "percent") else "plain",
            )
            for kind in ("percent", "sum")
        )
        made = sheets.keypad(self, title, self.typed, self.say("done"), ".")
        return replace(made, choices=kinds, columns=2)

    def _reasons(self, kind: str, action: str, key: str) -> Sheet:
        acts = tuple(
            Act(f"{action}:{reason.reason_id}", self.name(reason.names))
            for reason in self.desk.catalogue.reasons.values()
            if reason.kind == kind
        )
        return sheets.choices(self, self.say(key), acts, 2) if acts else NO_SHEET

    def _exempt_sheet(self, check: Check) -> Sheet:
        if check.tax_exempt:
            return sheets.choices(
                self, self.say("tax_exempt"), (Act("tax_again", self.say("tax_again")),), 2
            )
        return self._reasons("exempt", "exempt", "tax_exempt")

    def _service_sheet(self, check: Check) -> Sheet:
        own = self.desk.catalogue.settings.service_bp
        acts = tuple(
            Act(
                f"service:{rate}",
                formats.percent(rate, self.language) if rate else self.say("service_none"),
                "ringed" if rate == check.service_bp else "plain",
                size=18,
            )
            for rate in sorted({*SERVICES_BP, own})
        )
        return sheets.choices(self, self.say("service_action"), acts, 3)

    def _time_sheet(self, check: Check) -> Sheet:
        now = self.desk.now_ms()
        acts = [
            Act(
                f"fire_in:{minutes}",
                self.say("in_minutes", n=minutes),
                note=self.clock(now + minutes * MINUTE_MS),
            )
            for minutes in MINUTES
        ]
        if any(line.fire_ms for line in self.timeable(check)):
            acts.append(Act("fire_in:0", self.say("no_time"), "outline"))
        return sheets.choices(self, self.say("fire_time_title"), tuple(acts), 4)
