"""Labels for what was prepared, and a sheet to count by: chosen here, printed at once.

Nothing is sold or stored by it; the server prints and says what came of it. View-model:
`devices_view`.
"""

from typing import Any

from pos_app.desk import Desk
from pos_app.presenters.devices import SetUpPresenter
from pos_app.presenters.devices_view import DevicesView
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.shown import Act, Card, Pair

SHEET = "sheet"
HOURS = (6, 12, 24, 48, 72, 120, 168)
COPIES = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20)


class LabelsPresenter(SetUpPresenter):
    """State: the category that is open, the dish (or the sheet), hours, copies and printer; what
    the last one came to."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.what, self.hours, self.copies, self.printer = SHEET, 48, 1, ""
        self.category = ""
        self.came: dict[str, Any] | None = None

    def enter(self) -> None:
        """The receipt printer, unless another was chosen here."""
        self.waiting, self.came = False, None
        self.printer = self.printer or self.desk.catalogue.settings.receipt_printer_id

    @intent
    def pick(self, what: str) -> None:
        """A dish, or the sheet."""
        self.what, self.came = what, None

    @intent
    def open(self, category: str) -> None:
        """The dishes of a category, or with none all categories again."""
        self.category = category

    @intent
    def turn(self, row: str) -> None:
        """The next value of a row."""
        if row == "hours":
            self.hours = _after(self.hours, HOURS)
        elif row == "copies":
            self.copies = _after(self.copies, COPIES)
        else:
            printers = tuple(self.desk.catalogue.printers)
            self.printer = _after(self.printer, printers) if printers else ""

    @intent
    def out(self) -> None:
        """Print."""
        if not self.waiting:
            self.waiting = True
            self.desk.later(self._put())

    async def _put(self) -> None:
        sheet = self.what == SHEET
        params: dict[str, object] = {
            "printer_id": self.printer,
            "item_id": "" if sheet else self.what,
            "hours": 0 if sheet else self.hours,
            "copies": 1 if sheet else self.copies,
        }
        self.came = await self.asked("print_label", params)

    def view(self) -> DevicesView:
        """The screen as it stands."""
        items = self.desk.catalogue.items
        item = items.get(self.what)
        free = not self.waiting and self.desk.link.online and bool(self.printer)
        return DevicesView(
            head=self.head(),
            tabs=self.tabs("labels"),
            left_title=self.say("set_up_labels"),
            left_cards=self._left(),
            middle_title=self.name(item.names) if item else self.say("paper_stock_take"),
            rows=self._rows(label=item is not None),
            right_title=self.say("paper_label") if item else self.say("paper_stock_take"),
            cards=self._told(),
            main=Act("out", self.say("print_now"), "go", free, "print", size=20),
        )

    def _left(self) -> tuple[Card, ...]:
        """The sheet and the categories, or one category's dishes."""
        catalogue = self.desk.catalogue
        if not self.category:
            groups = catalogue.categories.items()
            return (
                self._card(SHEET, self.say("paper_stock_take")),
                *(
                    Card(self.name(one.names), (), id=f"open:{key}", icon="chevron_right")
                    for key, one in groups
                ),
            )
        back = Card(self.say("back"), (), id="open:", icon="chevron_left")
        dishes = [item for item in catalogue.items.values() if item.category_id == self.category]
        return (back, *(self._card(item.item_id, self.name(item.names)) for item in dishes))

    def _card(self, what: str, name: str) -> Card:
        return Card(name, (), stripe="accent" if what == self.what else "", id=f"pick:{what}")

    def _rows(self, label: bool) -> tuple[Pair, ...]:
        printer = self.desk.catalogue.printers.get(self.printer)
        rows = [("printer", self.name(printer.names) if printer else "—")]
        if label:
            rows += [
                ("hours", self.say("label_hours", n=self.hours)),
                ("copies", str(self.copies)),
            ]
        return tuple(
            Pair(self.say(f"label_{key}_row"), value, rule=True, id=f"turn:{key}")
            for key, value in rows
        )

    def _told(self) -> tuple[Card, ...]:
        if self.waiting:
            return (Card(self.say("looking"), (), stripe="accent"),)
        if self.came is None:
            hint = "sheet_hint" if self.what == SHEET else "label_hint"
            return (Card(self.say("label_hint_title"), (self.say(hint),)),)
        well = self.came["state"] in ("confirmed", "consumed", "sent")
        why = str(self.came["words"] or "")
        title = self.say("label_came" if well else "tried_badly")
        icon = "check_circle" if well else "error"
        return (Card(title, (why,) if why else (), stripe="ready" if well else "late", icon=icon),)


def _after(value: Any, values: tuple[Any, ...]) -> Any:
    at = values.index(value) if value in values else -1
    return values[(at + 1) % len(values)]
