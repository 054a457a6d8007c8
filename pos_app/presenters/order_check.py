"""What may be done with a check as a whole: its bill, another table, a colleague, its end.

Part of the order presenter, between `order_lines` and `order_terms`. Whatever moves says so with a
button that takes it back.
"""

from pos_app.presenters.order_lines import LineWork
from pos_app.presenters.presenter import intent
from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.ids import CheckId, StaffId


class CheckWork(LineWork):
    """See the module."""

    @intent
    def bill(self) -> None:
        """The bill for the guest."""
        if self.submit(c.PrintPreBill(CheckId(self.place.check_id))):
            self.toast(self.say("bill_goes"), "ready", "print")

    @intent
    def take_back(self, grant_id: str) -> None:
        """A discount goes again."""
        if self.submit(c.TakeBackDiscount(CheckId(self.place.check_id), grant_id)):
            self._shut()

    @intent
    def move_to(self, table_id: str) -> None:
        """The check moves to another table; to one with a check all its lines go onto that."""
        check = self.check
        if check is None:
            return
        there = next(
            (
                other
                for other in self.desk.venue.checks.values()
                if other.table_id == table_id and other.check_id != check.check_id
            ),
            None,
        )
        table = self.desk.catalogue.tables[table_id].label
        if there is not None:
            self._join(check, there, table)
        elif self.submit(c.MoveCheck(check.check_id, table_id)):
            self._shut()
            back = c.MoveCheck(check.check_id, check.table_id)
            self.undoable(self.say("moved_to_table", table=table), back)

    def _join(self, check: Check, there: Check, table: str) -> None:
        """All of a check onto another table's; taken back, the lines stand on a new check again."""
        moves = tuple(c.Move(x.line_id, x.qty_milli, x.line_id) for x in check.live)
        if not self.submit(c.MergeChecks(check.check_id, there.check_id)):
            return
        self._shut()
        self.place.check_id = there.check_id
        text = self.say("joined_table", table=table)
        if not moves:
            self.toast(text, "ready", "check")
            return
        anew = CheckId(self.desk.new_id())
        number = self.desk.next_number()
        back = c.MoveLines(there.check_id, anew, moves, number, check.table_id)
        self.undoable(text, back)

    @intent
    def hand_to(self, staff_id: str) -> None:
        """A colleague takes the check over, or with `all_mine` every one of mine."""
        check_ids: tuple[CheckId, ...] = (CheckId(self.place.check_id),)
        if self.all_mine:
            checks = self.desk.venue.checks.values()
            check_ids = tuple(x.check_id for x in checks if x.owner == self.desk.me)
        command = c.TransferChecks(check_ids, StaffId(staff_id))
        if self.submit_or_ask(command):
            self._shut()
            self.place.screen = "floor"
            back = c.TransferChecks(check_ids, StaffId(self.desk.me))
            self.undoable(self.say("handed_over", name=self.person(staff_id)), back)

    @intent
    def mine_all(self) -> None:
        """Hand over all my tables, not only this one."""
        self.all_mine = not self.all_mine

    @intent
    def abandon(self) -> None:
        """Close an empty check."""
        if self.submit(c.AbandonCheck(CheckId(self.place.check_id))):
            self.place.screen = "floor"

    @intent
    def split(self) -> None:
        """The bills of the table side by side."""
        if self.check is None or not self.check.live:
            self.toast(self.sentence("bill_empty", {}))
            return
        self.place.screen = "split"
