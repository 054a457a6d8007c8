"""The halls: where to sit down, what to carry, what is late. The view-model is in `floor_view`.

A tap on a free table opens a check and goes to the menu; a tap on a taken one goes to its check.
Tabs, takeaway and room service stand in halls of their own, in rows. Finding a table, a check or a
guest is in `floor_search`.
"""

from dataclasses import replace

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters.devices import parts_chip, parts_words, printers_chip
from pos_app.presenters.floor_together import FloorTogether
from pos_app.presenters.floor_view import FloorView, Table
from pos_app.presenters.presenter import Place, initials, intent
from pos_app.presenters.shown import Act, Card, Chip, Head, Sheet
from pos_app.presenters.table_state import MINUTE_MS, TableState, state_of
from sync_server.domain import commands as c, menu
from sync_server.domain.checks import Check, totals_of
from sync_server.domain.ids import CheckId
from sync_server.domain.quantity import ONE

STATES = ("free", "seated", "cooking", "ready", "bill", "late")
_KINDS = {"quick": "bolt", "tab": "local_bar", "takeaway": "takeout_dining", "room": "room_service"}
_HALLS = {"tab": ("tab", "quick"), "takeaway": ("takeaway",), "room": ("room",)}
_TAB_COLUMNS, _TAB_ROWS, _MOST_ROWS = 5, 4, 8
_SIDE_CARDS = 4


class FloorPresenter(FloorTogether):
    """State: the hall shown, whether the kind of a new tab is being asked; what is searched."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.asking = False

    def enter(self) -> None:
        """Back from a check: the plan, nothing asked."""
        self.asking = False
        self.together = ("", "")
        self.stop_search()

    # -- intents -------------------------------------------------------------------------------
    @intent
    def hall(self, hall_id: str) -> None:
        """Show another hall."""
        self.place.hall_id = hall_id
        self.asking = False

    @intent
    def table(self, table_id: str) -> None:
        """Go to the table's check, or open one."""
        there = self._checks_at().get(table_id, [])
        if there:
            mine = [check for check in there if check.owner == self.desk.me]
            self.check((mine or there)[0].check_id)
            return
        table = self.desk.catalogue.tables[table_id]
        self._open("table", table_id, guests=max(1, min(2, table.seats)))

    @intent
    def check(self, check_id: str) -> None:
        """Go to a check; a colleague's only by right, said in words."""
        check = self.desk.venue.checks.get(CheckId(check_id))
        if check is None:
            return
        if check.owner != self.desk.me and not self.may("other_tables"):
            text = self.sentence("other_waiter", {"owner": check.owner, "number": check.number})
            self.toast(text, "hold", "lock")
            return
        self.place.check_id = check_id
        self.place.screen = "order"

    @intent
    def server_fault(self) -> None:
        """Tell what of the server does not work."""
        if self.desk.link.parts_down:
            self.toast(parts_words(self), "late", "warning")

    @intent
    def new(self) -> None:
        """Ask what kind of tab."""
        self.stop_search()
        self.asking = True

    @intent
    def new_kind(self, kind: str) -> None:
        """A tab, takeaway or room service check."""
        self.asking = False
        self.place.quick = kind == "quick"
        if self.place.quick:
            self.place.check_id, self.place.screen = "", "order"
            return
        self._open(kind)

    @intent
    def cancel(self) -> None:
        """Close what is open."""
        self.asking = False
        self.together = ("", "")
        self.stop_search()

    @intent
    def stop_list(self) -> None:
        """The stop list is read on the menu; here it is only told."""
        self.toast(self._stop_text(), "hold", "block")

    @intent
    def shift(self) -> None:
        """To the drawer."""
        self.place.pays_at, self.place.screen = "", "shift"

    @intent
    def devices(self) -> None:
        """To the printers and papers."""
        self.place.screen = "devices"

    @intent
    def lock(self) -> None:
        """Leave the terminal to somebody else."""
        self.desk.sign_out()
        self.place.screen = "sign_in"

    def _open(self, kind: str, table_id: str = "", guests: int = 1) -> None:
        check_id = CheckId(self.desk.new_id())
        number = self.desk.next_number()
        if self.submit(c.OpenCheck(check_id, number, kind, table_id, "", guests)):
            self.place.check_id = check_id
            self.place.screen = "order"

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> FloorView:
        """The screen as it stands."""
        halls = self.desk.catalogue.halls
        shown = self.place.hall_id or self.desk.device.hall_id or next(iter(halls), "tab")
        tables = self._tabs(shown) if shown in _HALLS else self._plan(shown)
        return FloorView(
            head=self._head(),
            halls=self._halls(shown),
            tables=tables,
            empty="" if tables else self.say("no_tabs"),
            legend=tuple(Chip(self.say(f"state_{state}"), dot=state) for state in STATES),
            side=self._side(),
            new=Act("new", self.say("new_tab"), "accent", self.may("order"), "add", size=17),
            sheet=self._open_sheet(),
        )

    def _head(self) -> Head:
        shift = self.till_shift
        day = self.desk.venue.day
        if day is None:
            text = self.say("no_day")
        elif shift is None:
            text = self.say("no_shift_open")
        else:
            text = self.say("shift_number", number=shift.number)
        chips = [self.link_chip(detail=True)]
        if self.may("open_shift") or self.may("close_shift") or self.may("open_day"):
            chips.append(Chip(text, "shift", icon="point_of_sale", sign="point_of_sale"))
        else:
            chips.append(Chip(text))
        faults = (parts_chip(self, "server_fault"), printers_chip(self, self.may("settings")))
        chips += [chip for chip in faults if chip is not None]
        return Head(
            self.desk.catalogue.settings.name,
            None,
            tuple(chips),
            (self.search_chip(), self.clock_chip()),
            self.avatar(named=True),
            Act("lock", self.say("lock"), "outline"),
        )

    def _checks_at(self) -> dict[str, list[Check]]:
        there: dict[str, list[Check]] = {}
        for check in self.desk.venue.checks.values():
            for table_id in (check.table_id, *check.joined):
                there.setdefault(table_id or f"={check.kind}", []).append(check)
        return there

    def _halls(self, shown: str) -> tuple[Act, ...]:
        busy = self._checks_at()
        acts = []
        for hall_id, hall in self.desk.catalogue.halls.items():
            tables = [t for t in self.desk.catalogue.tables.values() if t.hall_id == hall_id]
            taken = sum(1 for table in tables if table.table_id in busy)
            label = f"{self.name(hall.names)} · {taken}/{len(tables)}"
            acts.append(Act(f"hall:{hall_id}", label, "chosen" if hall_id == shown else "flat"))
        for kind, kinds in _HALLS.items():
            count = sum(len(busy.get(f"={one}", [])) for one in kinds)
            label = self.say(f"hall_{kind}") + (f" · {count}" if count else "")
            acts.append(Act(f"hall:{kind}", label, "chosen" if kind == shown else "flat"))
        return tuple(acts)

    def _plan(self, hall_id: str) -> tuple[Table, ...]:
        hall = self.desk.catalogue.halls.get(hall_id)
        if hall is None:
            return ()
        there = self._checks_at()
        return tuple(
            self._table(table, hall, there.get(table.table_id, []))
            for table in self.desk.catalogue.tables.values()
            if table.hall_id == hall_id
        )

    def _table(self, table: menu.Table, hall: menu.Hall, checks: list[Check]) -> Table:
        frame = {
            "kind": "round" if table.shape in ("round", "stool") else "square",
            "x": table.x * 1000 // max(1, hall.width),
            "y": table.y * 1000 // max(1, hall.height),
            "width": table.w * 1000 // max(1, hall.width),
            "height": table.h * 1000 // max(1, hall.height),
        }
        if not checks:
            return Table(
                f"table:{table.table_id}",
                title=table.label,
                line="" if table.shape == "stool" else self.say("state_free"),
                note=self.say("seats", n=table.seats) if table.shape != "stool" else "",
                **frame,  # type: ignore[arg-type]
            )
        shown = self._taken(checks, table.label)
        joined = [check for check in checks if table.table_id in check.joined]
        if joined == checks:
            shown |= {"line": self.say("joined_to", label=self._own_label(joined[0])), "note": ""}
            shown |= {"badge": "", "icon": "groups"}
        return Table(f"table:{table.table_id}", **frame, **shown)  # type: ignore[arg-type]

    def _own_label(self, check: Check) -> str:
        table = self.desk.catalogue.tables.get(check.table_id)
        return table.label if table else check.number

    def _taken(self, checks: list[Check], title: str) -> dict[str, str]:
        now = self.desk.now_ms()
        states = [state_of(check, now) for check in checks]
        loudest = max(states, key=lambda found: STATES.index(found.state))
        total = sum(totals_of(check).total_minor for check in checks)
        guests = sum(check.guests for check in checks)
        first = min(checks, key=lambda check: check.opened_ms)
        line = self.say("guests", n=guests)
        if total:
            line = formats.short_money(total, self.currency, self.language)
        line += f" · {len(checks)}×" if len(checks) > 1 else ""
        badge, token = self._badge(loudest)
        return {
            "title": title,
            "line": line,
            "note": self._note(first, loudest),
            "state": loudest.state,
            "icon": loudest.icon,
            "badge": badge,
            "badge_token": token,
        }

    def _note(self, check: Check, found: TableState) -> str:
        """How long, and what the badge does not say already."""
        lasted = formats.lasted(self.desk.now_ms() - check.opened_ms)
        mine = check.owner == self.desk.me
        if mine and found.state in ("late", "ready"):
            return lasted
        return f"{lasted} · {self._doing(check, found)}"

    def _badge(self, found: TableState) -> tuple[str, str]:
        if found.state == "late":
            return self.say("late_minutes", n=found.late_ms // MINUTE_MS), "late"
        if found.ready:
            return self.say("ready_count", n=found.ready), "ready"
        return "", "late"

    def _doing(self, check: Check, found: TableState) -> str:
        if found.state == "bill":
            ago = formats.lasted(self.desk.now_ms() - check.billed_ms)
            return self.say("bill_printed", ago=ago)
        if check.owner != self.desk.me:
            return initials(self.person(check.owner))
        if found.held and found.state == "cooking":
            return self.say("on_hold", n=found.held)
        return self.say(f"doing_{found.state}")

    def _tabs(self, kind: str) -> tuple[Table, ...]:
        """Checks without a table, oldest first; more than a screen holds are found by search."""
        there = self._checks_at()
        checks = [check for one in _HALLS[kind] for check in there.get(f"={one}", [])]
        rows = min(_MOST_ROWS, max(_TAB_ROWS, -(-len(checks) // _TAB_COLUMNS)))
        room = rows * _TAB_COLUMNS
        shown = checks if len(checks) <= room else checks[: room - 1]
        step = 1000 // rows
        made = []
        for place, check in enumerate(shown):
            row, column = divmod(place, _TAB_COLUMNS)
            about = self._taken([check], self.check_title(check))
            about["icon"] = about["icon"] or _KINDS[check.kind]
            frame = (column * 200, row * step, 185, step - 30)
            found = Table(f"check:{check.check_id}", "square", *frame)
            made.append(replace(found, **about))  # type: ignore[arg-type]
        if len(shown) < len(checks):
            title = self.say("and_more", n=len(checks) - len(shown))
            frame = ((_TAB_COLUMNS - 1) * 200, (rows - 1) * step, 185, step - 30)
            made.append(Table("search", "square", *frame, title=title, icon="search"))
        return tuple(made)

    def check_title(self, check: Check) -> str:
        """A check by its table, its name, or its kind and number."""
        if check.table_id:
            return self.tables_of(check) or check.table_id
        return check.name or f"{self.say(f'kind_{check.kind}')} {check.number}"

    # -- the side ------------------------------------------------------------------------------
    def _side(self) -> tuple[Card, ...]:
        now = self.desk.now_ms()
        mine = [check for check in self.desk.venue.checks.values() if check.owner == self.desk.me]
        states = {check.check_id: state_of(check, now) for check in mine}
        cards: list[Card] = []
        ready = [check for check in mine if states[check.check_id].ready]
        if ready:
            cards.append(Card(self.say("ready_to_serve"), lead="heading"))
        cards += [self._ready(check, states[check.check_id]) for check in ready[:_SIDE_CARDS]]
        cards.append(Card(self.say("my_tables"), lead="heading"))
        cards += [self._mine(check, states[check.check_id]) for check in mine]
        if not mine:
            cards.append(Card(self.say("no_tables_yet")))
        if self.desk.venue.stops:
            title = f"{self.say('stop_list')} · {len(self.desk.venue.stops)}"
            cards.append(Card(title, (self._stop_text(),), "", "hold", "stop_list"))
        return tuple(cards)

    def _ready(self, check: Check, found: TableState) -> Card:
        dishes = []
        for item_id, qty in found.ready_names:
            name = self._dish(item_id)
            many = f" ×{formats.quantity(qty, self.language)}" if qty != ONE else ""
            dishes.append(f"{name}{many}")
        since = [
            line.ready_ms
            for ticket in self.desk.venue.tickets_of(check.check_id)
            for line in ticket.lines
            if line.state == "ready" and line.ready_ms
        ]
        aside = _minutes(self.desk.now_ms() - min(since)) if since else ""
        return Card(
            self._titled(check), (", ".join(dishes),), aside, "ready", f"check:{check.check_id}"
        )

    def _dish(self, item_id: str) -> str:
        """The kitchen's short name of a dish, else its own."""
        item = self.desk.catalogue.items.get(item_id)
        return self.name(item.kitchen_names or item.names) if item else item_id

    def _titled(self, check: Check) -> str:
        title = self.check_title(check)
        return self.say("table_title", label=title) if check.table_id else title

    def _mine(self, check: Check, found: TableState) -> Card:
        total = totals_of(check).total_minor
        if found.state == "late":
            late = self.say("late_minutes", n=found.late_ms // MINUTE_MS)
            text = f"{late} · {self._dish(found.late_names[0])}"
        else:
            text = f"{self.say('guests', n=check.guests)} · {self._doing(check, found)}"
        return Card(
            text,
            (),
            self.short(total),
            "",
            f"check:{check.check_id}",
            lead=self.check_title(check),
            token="late" if found.state == "late" else "dim",
        )

    def _stop_text(self) -> str:
        texts = []
        for stop in self.desk.venue.stops.values():
            item = self.desk.catalogue.items.get(stop.item_id)
            name = self.name(item.names) if item else stop.item_id
            texts.append(f"{name} {formats.quantity(stop.left_milli, self.language)}")
        return " · ".join(texts)

    def _open_sheet(self) -> Sheet:
        if self.asking:
            return self._sheet()
        return self.together_sheet() if self.together[0] else self.search_sheet()

    def _sheet(self) -> Sheet:
        return Sheet(
            "choices",
            self.say("new_tab"),
            choices=tuple(
                Act(f"new_kind:{kind}", self.say(f"kind_{kind}"), icon=icon, size=18)
                for kind, icon in _KINDS.items()
            ),
            cancel=Act("cancel", self.say("cancel")),
            columns=2,
        )


def _minutes(span_ms: int) -> str:
    seconds = max(0, span_ms) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"
