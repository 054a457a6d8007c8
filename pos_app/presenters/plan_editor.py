"""The plan of a hall as its manager draws it: tables dragged on a grid, shaped, joined, saved.

Rule: nothing changes for anybody until it is saved; then the server publishes it as a new version
of the catalogue, by the same door as every set-up, and every terminal has it. Each step can be
undone. What a table may be is `sync_server.domain.floor_plan`; the view-model is in `plan_view`.
"""

from collections.abc import Iterable
from dataclasses import asdict

from pos_app.desk import Desk
from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.floor_view import Table as Shown
from pos_app.presenters.plan_view import PlanView
from pos_app.presenters.presenter import Place, Presenter, intent
from pos_app.presenters.shown import NO_SHEET, Act, Head, Sheet
from sync_server.domain import floor_plan as plan
from sync_server.domain.amending import replace
from sync_server.domain.menu import Hall, Table
from sync_server.domain.rejections import Refused

STEPS = 51
"""Lines of the grid along a hall."""
UNDONE = 100
_NEW = {"square": (12, 18), "round": (11, 20), "rectangle": (24, 18), "stool": (6, 11)}
"""Size of a new table in per cent of its hall."""
_GROW = {"wider": (1, 0), "narrower": (-1, 0), "taller": (0, 1), "lower": (0, -1)}

Tables = dict[str, Table]


class PlanEditor(Presenter):
    """State: the draft of each hall that was touched, the steps to undo, the table picked."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.enter()

    def enter(self) -> None:
        """Begin with the plan in force."""
        halls = self.desk.catalogue.halls
        shown = self.place.hall_id
        self.hall_id = shown if shown in halls else next(iter(halls), "")
        self._start()

    def _start(self) -> None:
        self.tables: Tables = {
            table_id: table
            for table_id, table in self.desk.catalogue.tables.items()
            if table.hall_id == self.hall_id
        }
        self._before: list[Tables] = []
        self.picked, self.typed = "", ""
        self.joining = self.naming = self.figures = self.saving = False

    @property
    def hall(self) -> Hall | None:
        """The hall that is drawn."""
        return self.desk.catalogue.halls.get(self.hall_id)

    @property
    def table(self) -> Table | None:
        """The picked table."""
        return self.tables.get(self.picked)

    def _change(self, tables: Iterable[Table]) -> None:
        """The plan is another; the one before can be had again."""
        self._before = [*self._before, dict(self.tables)][-UNDONE:]
        self.tables = {table.table_id: table for table in tables}

    def _put(self, table: Table) -> None:
        self._change([table if x.table_id == table.table_id else x for x in self.tables.values()])

    # -- intents -------------------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """Away; what was not saved asks to be saved or undone first."""
        if self._before:
            self.toast(self.say("plan_unsaved"), "hold", "info", Act("drop", self.say("plan_drop")))
            return
        self.place.screen = "floor"

    @intent
    def drop(self) -> None:
        """Away without saving."""
        self._before.clear()
        self.place.screen = "floor"

    @intent
    def hall_tapped(self, hall_id: str) -> None:
        """Another hall, once this one is saved."""
        if self._before:
            self.toast(self.say("plan_unsaved"), "hold", "info")
            return
        self.hall_id = hall_id
        self._start()

    @intent
    def pick(self, table_id: str) -> None:
        """Pick a table; while joining, push it to the one picked before."""
        one, other = self.table, self.tables.get(table_id)
        if self.joining and one is not None and other is not None:
            self.joining = False
            made = plan.joined(one, other)
            if isinstance(made, Refused):
                self.toast(self.sentence(made.code, made.params), "late", "error")
                return
            rest = [x for x in self.tables.values() if x.table_id not in (self.picked, table_id)]
            self._change([*rest, made])
            return
        self.picked = table_id

    @intent
    def put(self, where: str) -> None:
        """A table was dragged: `id/x/y` in grid units; it goes to the next line of the grid."""
        table_id, x, y = where.rsplit("/", 2)
        table, hall = self.tables.get(table_id), self.hall
        if table is None or hall is None:
            return
        self.picked = table_id
        moved = plan.placed(table, hall, _on_grid(int(x), hall), _on_grid(int(y), hall))
        if moved != table:
            self._put(moved)

    @intent
    def grow(self, how: str) -> None:
        """Wider, narrower, taller, lower."""
        table, hall = self.table, self.hall
        if table is None or hall is None:
            return
        wide, high = _GROW[how]
        step = _step(hall)
        made = plan.sized(table, hall, table.w + wide * step, table.h + high * step)
        if made != table:
            self._put(made)

    @intent
    def shape(self) -> None:
        """The shapes in turn."""
        table = self.table
        if table is not None:
            following = plan.SHAPES.index(table.shape) + 1 if table.shape in plan.SHAPES else 0
            self._put(replace(table, shape=plan.SHAPES[following % len(plan.SHAPES)]))

    @intent
    def seat(self, by: str) -> None:
        """One seat more or fewer."""
        table = self.table
        if table is not None:
            self._put(replace(table, seats=max(0, min(plan.SEATS, table.seats + int(by)))))

    @intent
    def add(self, shape: str) -> None:
        """A new table, where there is room to see it."""
        hall = self.hall
        if hall is None:
            return
        wide, high = _NEW[shape]
        wide, high = max(1, hall.width * wide // 100), max(1, hall.height * high // 100)
        new = Table(self.desk.new_id(), hall.hall_id, self._label(), 4, shape, 0, 0, wide, high)
        if shape == "stool":
            new = replace(new, seats=1)
        centre = (_on_grid(hall.width // 2, hall), _on_grid(hall.height // 2, hall))
        middle = plan.placed(new, hall, *centre)
        self._change([*self.tables.values(), middle])
        self.picked = new.table_id

    def _label(self) -> str:
        used = {table.label for table in self.desk.catalogue.tables.values()}
        used |= {table.label for table in self.tables.values()}
        return next(str(n) for n in range(1, plan.TABLES + 2) if str(n) not in used)

    @intent
    def remove(self) -> None:
        """The picked table goes."""
        if self.table is not None:
            self._change([x for x in self.tables.values() if x.table_id != self.picked])
            self.picked = ""

    @intent
    def join(self) -> None:
        """The next table that is tapped is pushed to the picked one."""
        self.joining = not self.joining and self.table is not None

    @intent
    def divide(self) -> None:
        """A joined table is pulled apart."""
        table = self.table
        if table is not None:
            new = (self.desk.new_id() for _ in table.label)
            parts = plan.divided(table, new)
            if len(parts) > 1:
                rest = [x for x in self.tables.values() if x.table_id != self.picked]
                self._change([*rest, *parts])

    @intent
    def undo(self) -> None:
        """As it was before the last step."""
        if self._before:
            self.tables = self._before.pop()
            self.joining = False

    @intent
    def name_it(self) -> None:
        """Ask for the label."""
        if self.table is not None:
            self.naming, self.figures, self.typed = True, True, self.table.label

    @intent
    def key(self, key: str) -> None:
        """A sign of the label."""
        if key == "back":
            self.typed = self.typed[:-1]
        elif len(self.typed) < plan.LABEL:
            self.typed += key

    @intent
    def figures_keys(self) -> None:
        """Letters or figures."""
        self.figures = not self.figures

    @intent
    def cancel(self) -> None:
        """The label stays."""
        self.naming = False

    @intent
    def confirm(self) -> None:
        """The table has this label."""
        self.naming = False
        if self.table is not None and self.typed.strip():
            self._put(replace(self.table, label=self.typed.strip()))

    @intent
    def save(self) -> None:
        """Publish the plan."""
        hall = self.hall
        if hall is None or self.saving:
            return
        before = self.desk.catalogue.tables
        others = {name: x for name, x in before.items() if x.hall_id != hall.hall_id}
        fault = plan.fault_of(hall, self.tables.values(), others)
        if fault is not None:
            self.toast(self.sentence(fault.code, fault.params), "late", "error")
            return
        self.saving = True
        self.desk.later(self._save(hall.hall_id))

    async def _save(self, hall_id: str) -> None:
        tables = [asdict(table) for table in self.tables.values()]
        reply = await self.desk.ask("save_floor", {"hall_id": hall_id, "tables": tables})
        self.saving = False
        if reply.code:
            self.toast(self.sentence(reply.code, reply.params or {}), "late", "error")
            return
        self._before.clear()
        self.toast(self.say("plan_saved"), "ready", "check")

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> PlanView:
        """The screen as it stands."""
        hall = self.hall
        if hall is None:
            return PlanView(head=self._head())
        table = self.table
        changed = bool(self._before)
        note = self.say("plan_join_next" if self.joining else "plan_hint")
        if table is not None and not self.joining:
            note = f"{self.say(f'shape_{table.shape}')} · {self.say('seats', n=table.seats)}"
        return PlanView(
            head=self._head(),
            halls=tuple(
                Act(
                    f"hall_tapped:{hall_id}",
                    self.name(one.names),
                    "ringed" if hall_id == self.hall_id else "flat",
                )
                for hall_id, one in self.desk.catalogue.halls.items()
            ),
            tables=tuple(self._shown(one) for one in self.tables.values()),
            columns=hall.width,
            rows=hall.height,
            step=_step(hall),
            title=self.say("table_title", label=table.label) if table else "",
            note=note,
            tools=self._tools(table),
            adding=tuple(
                Act(f"add:{shape}", self.say(f"shape_{shape}"), icon="add", size=15)
                for shape in plan.SHAPES
            ),
            undo=Act("undo", self.say("plan_undo"), enabled=changed, icon="undo"),
            save=Act("save", self.say("plan_save"), "accent", changed and not self.saving),
            sheet=self._sheet(),
        )

    def _head(self) -> Head:
        title = self.say("plan_title")
        return Head(title, self.back_act("floor"), (), (self.link_chip(),), self.avatar())

    def _shown(self, table: Table) -> Shown:
        return Shown(
            f"pick:{table.table_id}",
            "round" if table.shape in ("round", "stool") else "square",
            table.x,
            table.y,
            table.w,
            table.h,
            title=table.label,
            line=self.say("seats", n=table.seats) if table.shape != "stool" else "",
            state="hold" if table.table_id == self.picked else "free",
        )

    def _tools(self, table: Table | None) -> tuple[Act, ...]:
        on = table is not None
        many = table is not None and plan.JOINED in table.label
        return (
            Act("name_it", self.say("plan_name"), enabled=on, icon="edit", size=15),
            Act("shape", self.say("plan_shape"), enabled=on, icon="redo", size=15),
            Act("seat:-1", self.say("plan_fewer"), enabled=on, icon="remove", size=15),
            Act("seat:1", self.say("plan_more"), enabled=on, icon="add", size=15),
            Act("grow:narrower", self.say("plan_narrower"), enabled=on, size=15),
            Act("grow:wider", self.say("plan_wider"), enabled=on, size=15),
            Act("grow:lower", self.say("plan_lower"), enabled=on, size=15),
            Act("grow:taller", self.say("plan_taller"), enabled=on, size=15),
            Act(
                "join",
                self.say("plan_join"),
                "ringed" if self.joining else "plain",
                on,
                "groups",
                size=15,
            ),
            Act("divide", self.say("plan_divide"), enabled=many, icon="call_split", size=15),
            Act("remove", self.say("remove"), "danger", on, "delete", size=15),
        )

    def _sheet(self) -> Sheet:
        if not self.naming:
            return NO_SHEET
        title, done = self.say("plan_name"), self.say("done")
        return sheets.letters(self, title, self.typed, "", done, (), self.figures)


def _step(hall: Hall) -> int:
    return max(1, hall.width // STEPS)


def _on_grid(units: int, hall: Hall) -> int:
    step = _step(hall)
    return round(units / step) * step
