"""Tables pushed together while guests sit at them, and pulled apart again, from the floor.

A table that is dragged onto another, or held for a moment, asks what is meant: one check for both,
or that the guests move over. Tables stand together for as long as their check is open; the check
is called by all of them. The plan of the house stays as it is (`plan_editor` changes that).
"""

from dataclasses import replace

from pos_app.desk import Desk
from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.floor_search import FloorSearch
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.floor_plan import label_of
from sync_server.domain.ids import CheckId

MOST_OFFERED = 36


class FloorTogether(FloorSearch):
    """State: the table that is held and the one it was pushed to; the second is asked if empty."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.together = ("", "")

    @intent
    def drop(self, what: str) -> None:
        """A table dragged onto another."""
        one, _, other = what.partition("|")
        one, other = one.removeprefix("table:"), other.removeprefix("table:")
        tables = self.desk.catalogue.tables
        if one in tables and other in tables and one != other:
            self.stop_search()
            self.together = (one, other)

    @intent
    def hold_table(self, table_id: str) -> None:
        """A table under a finger that stays: with which shall it stand?"""
        if table_id in self.desk.catalogue.tables:
            self.stop_search()
            self.together = (table_id, "")

    @intent
    def push_to(self, table_id: str) -> None:
        """The other table."""
        self.together = (self.together[0], table_id)

    @intent
    def join_tables(self) -> None:
        """Both tables have one check: that of the table which stays, else of the one that came."""
        one, other = self.together
        if not one or not other:
            return
        here, there = self._at(one), self._at(other)
        lead = (there or here)[0] if there or here else self._opened(other)
        if lead is None:
            return
        moving = [check for check in here if there and check.check_id != lead.check_id]
        for check in moving:
            if not self.submit(c.MergeChecks(check.check_id, lead.check_id)):
                return
        taken = {x for check in moving for x in check.joined} | {one, other} | {*lead.joined}
        joined = tuple(x for x in self.desk.catalogue.tables if x in taken - {lead.table_id})
        self.together = ("", "")
        if joined == lead.joined or not self.submit(c.JoinTables(lead.check_id, joined)):
            return
        label = label_of(self.desk.catalogue.tables, (lead.table_id, *joined))
        said = self.say("together_done", label=label)
        if moving:
            self.toast(said, "ready", "check")
        else:
            self.undoable(said, c.JoinTables(lead.check_id, lead.joined))

    @intent
    def move_guests(self) -> None:
        """The guests of the table that was dragged sit down at the other one."""
        one, other = self.together
        check = next(iter(self._at(one)), None)
        self.together = ("", "")
        if check is None or not self.submit(c.MoveCheck(check.check_id, other)):
            return
        label = label_of(self.desk.catalogue.tables, (other,))
        back = c.MoveCheck(check.check_id, check.table_id)
        self.undoable(self.say("moved_to_table", table=label), back)

    @intent
    def part_tables(self, check_id: str) -> None:
        """Every table by itself again; the check stays with its own."""
        check = self.desk.venue.checks.get(CheckId(check_id))
        self.together = ("", "")
        if check is None or not self.submit(c.JoinTables(check.check_id, ())):
            return
        label = label_of(self.desk.catalogue.tables, (check.table_id,))
        back = c.JoinTables(check.check_id, check.joined)
        self.undoable(self.say("apart_done", label=label), back)

    def _at(self, table_id: str) -> list[Check]:
        checks = self.desk.venue.checks.values()
        return [x for x in checks if table_id == x.table_id or table_id in x.joined]

    def _opened(self, table_id: str) -> Check | None:
        """Guests sit down at two free tables."""
        check_id = CheckId(self.desk.new_id())
        number = self.desk.next_number()
        if not self.submit(c.OpenCheck(check_id, number, "table", table_id, "", 2)):
            return None
        return self.desk.venue.checks.get(check_id)

    def together_sheet(self) -> Sheet:
        """What is meant by two tables, or which the second is; nothing while nobody asks."""
        one, other = self.together
        tables = self.desk.catalogue.tables
        if not one:
            return NO_SHEET
        if not other:
            return self._second_sheet(one)
        title = self.say("together_title", one=tables[one].label, other=tables[other].label)
        acts = [Act("join_tables", self.say("together_join"), icon="groups", size=18)]
        if self._at(one) and not self._at(other):
            text = self.say("together_move", label=tables[other].label)
            acts.append(Act("move_guests", text, icon="swap_horiz", size=18))
        return sheets.choices(self, title, tuple(acts), 1)

    def _second_sheet(self, one: str) -> Sheet:
        """The tables of the hall, nearest first; above them how joined ones come apart."""
        tables = self.desk.catalogue.tables
        held = tables[one]
        acts = [
            Act(
                f"part_tables:{check.check_id}",
                self.say("apart", label=self.tables_of(check)),
                "outline",
                icon="call_split",
            )
            for check in self._at(one)
            if check.joined
        ]
        near = sorted(
            (x for x in tables.values() if x.hall_id == held.hall_id and x.table_id != one),
            key=lambda x: (x.x - held.x) ** 2 + (x.y - held.y) ** 2,
        )
        acts += [
            Act(
                f"push_to:{table.table_id}",
                table.label,
                "outline" if self._at(table.table_id) else "plain",
                size=18,
            )
            for table in near[: MOST_OFFERED - len(acts)]
        ]
        made = sheets.choices(self, self.say("table_title", label=held.label), tuple(acts), 4)
        return replace(made, text=self.say("together_with"))
