"""Finding a table, a check or a guest from the floor, by letters of any keyboard.

Half of the floor presenter. Tables are found by their label, checks by number, name or owner; what
is found stands as buttons that lead there.
"""

from pos_app.desk import Desk
from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.finding import matches
from pos_app.presenters.presenter import Place, Presenter, intent
from pos_app.presenters.shown import NO_SHEET, Act, Chip, Sheet
from sync_server.domain.checks import Check

_FOUND = 9
_TYPED = 30


class FloorSearch(Presenter):
    """State: whether a search is open, what was typed, letters or figures."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.searching = self.figures = False
        self.typed = ""

    def stop_search(self) -> None:
        """Nothing is searched."""
        self.searching = self.figures = False
        self.typed = ""

    def check_title(self, check: Check) -> str:
        """What a check is called. Override."""
        raise NotImplementedError

    @intent
    def search(self) -> None:
        """Begin to search."""
        self.stop_search()
        self.searching = True

    @intent
    def key(self, key: str) -> None:
        """A sign."""
        if key == "back":
            self.typed = self.typed[:-1]
        elif len(self.typed) < _TYPED:
            self.typed += key

    @intent
    def figures_keys(self) -> None:
        """Letters or figures."""
        self.figures = not self.figures

    @intent
    def confirm(self) -> None:
        """To the first that was found."""
        found = self._found()
        if found:
            self.act(found[0].id)

    def search_chip(self) -> Chip:
        """The way in, in the head."""
        return Chip(self.say("search"), "search", icon="search", sign="search")

    def search_sheet(self) -> Sheet:
        """Letters and what they find; nothing while nobody searches."""
        if not self.searching:
            return NO_SHEET
        return sheets.letters(
            self,
            self.say("search_floor"),
            self.typed,
            self.say("search_floor_hint"),
            self.say("open_first"),
            self._found(),
            self.figures,
        )

    def _found(self) -> tuple[Act, ...]:
        typed = self.typed.strip()
        if not typed:
            return ()
        taken = {check.table_id for check in self.desk.venue.checks.values()}
        acts = [
            Act(f"check:{check.check_id}", self.check_title(check), note=self.person(check.owner))
            for check in self.desk.venue.checks.values()
            if self._meant(typed, check)
        ]
        acts += [
            Act(f"table:{table.table_id}", self.say("table_title", label=table.label))
            for table in self.desk.catalogue.tables.values()
            if table.table_id not in taken and table.label.casefold() == typed.casefold()
        ]
        return tuple(acts[:_FOUND])

    def _meant(self, typed: str, check: Check) -> bool:
        table = self.desk.catalogue.tables.get(check.table_id)
        if table is not None and table.label.casefold() == typed.casefold():
            return True
        return typed in check.number or matches(typed, (check.name, self.person(check.owner)))
