"""Tells whoever is signed in what became ready or late at his own tables, wherever he stands.

Rule: what stood there already when he came is on the floor and is not told again; what he is
looking at is not told; a sentence that is still on the screen is not pushed away by another.
"""

from pos_app.desk import Desk
from pos_app.presenters.presenter import Place, Presenter
from pos_app.presenters.shown import Act
from pos_app.presenters.table_state import state_of
from sync_server.domain.checks import Check

_DISHES = 3


class Telling(Presenter):
    """State: whom it speaks to, and what he knows."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self._who = ""
        self._known: frozenset[tuple[str, str, str]] = frozenset()

    def look(self) -> None:
        """Called for every drawing: says one thing that is new, if there is room for it."""
        me = self.desk.me
        checks = [check for check in self.desk.venue.checks.values() if me and check.owner == me]
        now = frozenset(found for check in checks for found in self._found(check))
        if me != self._who:
            self._who, self._known = me, now
            return
        fresh = now - self._known
        seen = {one for one in fresh if one[1] == self.place.check_id}
        if self.place.screen == "order":
            fresh -= seen
        self._known &= now
        if not fresh or self.place.toast.text:
            return
        what, check_id, _ = min(fresh)
        told = {one for one in fresh if one[:2] == (what, check_id)}
        self._known |= told | (seen if self.place.screen == "order" else set())
        self._tell(what, check_id, told)

    def _found(self, check: Check) -> list[tuple[str, str, str]]:
        """What is late and what is ready on a check: late is told first."""
        ready = [
            ("ready", str(check.check_id), str(line.line_id))
            for line in check.live
            if line.state == "ready"
        ]
        late = state_of(check, self.desk.now_ms()).late_names
        return ready + [("late", str(check.check_id), item_id) for item_id in late]

    def _tell(self, what: str, check_id: str, told: set[tuple[str, str, str]]) -> None:
        check = next(x for x in self.desk.venue.checks.values() if x.check_id == check_id)
        named = {name for _, _, name in told}
        items = sorted({x.item_id for x in check.live if {x.line_id, x.item_id} & named})
        catalogue = self.desk.catalogue
        names = [
            self.name(item.kitchen_names or item.names)
            for item_id in items[:_DISHES]
            if (item := catalogue.items.get(item_id)) is not None
        ]
        where = self.where(check)
        dishes = ", ".join(names) + ("…" if len(items) > _DISHES else "")
        text = self.say(f"{what}_told", where=where or check.number, dishes=dishes)
        icon = "room_service" if what == "ready" else "timer"
        act = Act(f"go_check:{check_id}", self.say("look"))
        self.toast(text, "ready" if what == "ready" else "late", icon, act)
