"""A stock document as its page shows it: fields, lines, buttons, history; plain values only.

Made from a row of the books, or from a form that came back with faults. The markup is
`templates/paper.html`, the keyboard `assets/papers.js`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from sync_server.domain.documents import (
    PRICED,
    REASONS,
    Fault,
    Paper,
    Split,
    State,
    trial_losses,
    unexplained,
)
from sync_server.domain.stock import from_milli

from ..house_tables import Account
from ..paper_tables import PaperFile, PaperLine, PaperRow, PaperStep
from ..papers import NOT_COUNTED, PriceCheck, lines_of, price_checks, read
from ..posting import comparison
from ..turnover import last_booked_day
from .desk import Choices, Desk, plain_money
from .grid import Cells, Grid, Head, Kind, Row, RowKind
from .paper_form import HEAD_FIELDS, LINE_FIELDS, TYPED, Good, Typed
from .questions import DAYS_AT_MOST, address
from .report_grid import path_of
from .words import Words

KINDS: Mapping[str, str] = {
    "qty": "quantity",
    "price": "money",
    "sum": "money",
    "last": "money",
    "change": "percent",
    "share": "percent",
    "net": "quantity",
    "ready": "quantity",
}
NEW_LINES = 3


@dataclass(frozen=True, slots=True)
class HeadField:
    """A field above the lines."""

    name: str
    label: str
    value: str
    type: str = "text"
    choices: Choices | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class LineColumn:
    """A column of the lines; `shown` ones cannot be typed into."""

    name: str
    label: str
    kind: str
    shown: bool = False
    choices: Choices = ()


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line: texts by column, colours by column, and which fields are wrong."""

    values: Mapping[str, str] = field(default_factory=dict)
    tones: Mapping[str, str] = field(default_factory=dict)
    faults: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be done: a form's action, or a link."""

    label: str
    act: str = ""
    main: bool = False
    href: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of the document."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """Everything the page of a document shows."""

    title: str
    action: str
    state: str
    revision: int
    fields: Sequence[HeadField]
    columns: Sequence[LineColumn]
    rows: Sequence[LineRow]
    blank: LineRow
    buttons: Sequence[Button]
    goods: Sequence[Good]
    goods_json: str
    faults: Sequence[str] = ()
    notices: Sequence[str] = ()
    total: str | None = None
    extra: str = ""
    files: Sequence[Attached] | None = None
    steps: Sequence[str] = ()

    @property
    def main(self) -> str:
        """What the main button does, in words."""
        return next((button.label for button in self.buttons if button.main), "")

    @property
    def frozen(self) -> bool:
        """Whether it can be typed into no longer."""
        return self.state != State.DRAFT.value


def new_view(desk: Desk, paper: Paper, now_ms: int, store: str = "") -> PaperView:
    """An empty form for now, or the one that is typed into."""
    moment = datetime.fromtimestamp(now_ms // 1000, UTC).astimezone(desk.zone)
    head = {
        "day": moment.date().isoformat(),
        "time": moment.strftime("%H:%M"),
        "store": store or (desk.stores[0][0] if desk.stores else ""),
    }
    return typed_view(desk, paper, Typed(head, ()), (), "new", 0)


def typed_view(
    desk: Desk, paper: Paper, typed: Typed, faults: Sequence[Fault], paper_id: str, revision: int
) -> PaperView:
    """The form as it was typed, with its faults where they are."""
    wrong: dict[int, set[str]] = {}
    for fault in faults:
        wrong.setdefault(fault.line, set()).add(fault.place)
    units = {good.name.casefold(): good for good in desk.goods}
    rows = []
    for number, raw in enumerate(typed.lines, start=1):
        good = units.get(raw["good"].casefold())
        unit = desk.words(f"unit_{good.unit}") if good else ""
        rows.append(LineRow({**raw, "unit": unit}, {}, frozenset(wrong.get(number, set()))))
    blanks = [LineRow()] * (NEW_LINES if not rows else 0)
    return _view(
        desk,
        paper,
        typed.head,
        [*rows, *blanks],
        paper_id=paper_id,
        revision=revision,
        state=State.DRAFT,
        head_faults=wrong.get(0, set()),
        faults=[fault_text(desk.words, fault) for fault in faults],
        total="" if "sum" in LINE_FIELDS[paper] else None,
    )


def row_view(
    session: Session, desk: Desk, row: PaperRow, faults: Sequence[Fault] = ()
) -> PaperView:
    """A document as the books have it."""
    paper, state = Paper(row.paper), State(row.state)
    moment = datetime.fromtimestamp(row.at_ms // 1000, UTC).astimezone(desk.zone)
    head = {
        "day": row.day,
        "time": moment.strftime("%H:%M"),
        "store": row.store_id,
        "to_store": row.to_store_id,
        "supplier": row.supplier_id,
        "reference": row.reference,
        "reason": row.reason,
        "note": row.note,
        "split": row.split,
    }
    lines = lines_of(session, row.paper_id)
    goods = {good.good_id: good for good in desk.goods}
    frozen = state is not State.DRAFT
    wrong: dict[int, set[str]] = {}
    for fault in faults:
        wrong.setdefault(fault.line, set()).add(fault.place)
    prices = {one.position: one for one in price_checks(session, row)} if paper in PRICED else {}
    rows = [
        _against_last(
            desk,
            _row_of(
                desk,
                goods.get(line.ingredient_id),
                line,
                frozen,
                frozenset(wrong.get(line.position, set())),
            ),
            prices.get(line.position),
        )
        for line in lines
    ]
    booked = state is State.POSTED and paper is not Paper.ORDER
    notices = _notices(desk, row, lines, list(prices.values()))
    notices += _waste_notice(session, desk, row)
    view = _view(
        desk,
        paper,
        head,
        rows or [LineRow()] * NEW_LINES,
        paper_id=row.paper_id,
        revision=row.revision,
        state=state,
        head_faults=wrong.get(0, set()),
        faults=[fault_text(desk.words, fault) for fault in faults],
        total=desk.formats.money(row.total_minor) if "sum" in LINE_FIELDS[paper] else None,
        number=f"{row.number}/{row.year}" if row.number else "",
        notices=notices,
        steps=_steps(session, desk, row.paper_id),
        files=_files(session, row.paper_id),
        changed=_differences(session, row.paper_id, head["day"]) if booked else "",
    )
    return view


def _row_of(
    desk: Desk, good: Good | None, line: PaperLine, frozen: bool, faults: frozenset[str]
) -> LineRow:
    factor = good.factor if good else 1
    unit = good.unit if good else line.unit
    qty = from_milli(line.qty_milli)

    def quantity(milli: int) -> str:
        shown = from_milli(milli) / factor
        return desk.formats.quantity(shown, unit) if frozen else _plain(shown)

    price = Decimal(line.value_minor) * factor / qty if qty > 0 else Decimal(0)
    values = {
        "good": good.name if good else line.ingredient_id,
        "unit": desk.words(f"unit_{unit}") if unit else "",
        "qty": "" if line.qty_milli == NOT_COUNTED else quantity(line.qty_milli),
        "price": _money(desk, price, frozen),
        "sum": _money(desk, Decimal(line.value_minor), frozen),
        "share": _plain(Decimal(line.share_bp).scaleb(-2)) if line.share_bp else "",
        "net": quantity(line.net_milli) if line.net_milli else "",
        "ready": quantity(line.ready_milli) if line.ready_milli else "",
        "role": desk.words("role_raw" if line.raw else "role_cut")
        if frozen
        else ("raw" if line.raw else "cut"),
        "last": desk.formats.money(good.last_minor) if good and good.last_minor else "",
    }
    return LineRow(values, {}, faults)


def _money(desk: Desk, minor: Decimal, frozen: bool) -> str:
    whole = int(minor.to_integral_value())
    if frozen:
        return desk.formats.money(whole)
    return plain_money(whole) if whole else ""


def _plain(value: Decimal) -> str:
    """A figure as it would be typed: no thousands, no needless places."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _view(
    desk: Desk,
    paper: Paper,
    head: Mapping[str, str],
    rows: Sequence[LineRow],
    *,
    paper_id: str,
    revision: int,
    state: State,
    head_faults: set[str],
    faults: Sequence[str],
    total: str | None,
    number: str = "",
    notices: Sequence[str] = (),
    steps: Sequence[str] = (),
    files: Sequence[Attached] | None = None,
    changed: str = "",
) -> PaperView:
    words = desk.words
    title = words(f"paper_{paper.value.replace('-', '_')}")
    buttons = _buttons(words, paper, state, paper_id)
    if changed:
        buttons.insert(1, Button(words.what_it_changed, href=changed))
    return PaperView(
        f"{title} {number}".strip(),
        f"/stock/papers/{paper_id}" if paper_id != "new" else f"/stock/new/{paper.value}",
        state.value,
        revision,
        [_field(desk, name, head.get(name, ""), paper, head_faults) for name in HEAD_FIELDS[paper]],
        [_column(words, name) for name in LINE_FIELDS[paper]],
        rows,
        LineRow(),
        buttons,
        desk.goods,
        desk.goods_json(),
        faults,
        notices,
        total,
        files=files,
        steps=steps,
    )


def _field(desk: Desk, name: str, value: str, paper: Paper, faults: set[str]) -> HeadField:
    words = desk.words
    fault = "fault" if name in faults else ""
    label = words(f"field_{name}")
    if paper is Paper.COUNT and name == "time":
        label = words.field_frozen_at
    same = ("", words.same_store)
    choices: Choices | None = None
    match name:
        case "store":
            choices = desk.stores
        case "to_store":
            choices = desk.stores if paper is Paper.TRANSFER else [same, *desk.stores]
        case "supplier":
            choices = [("", "—"), *desk.suppliers]
        case "reason":
            choices = [
                ("", "—"),
                *((code, words(f"reason_{code.replace('-', '_')}")) for code in REASONS),
            ]
        case "split":
            choices = [(split.value, words(f"split_{split.value}")) for split in Split]
    kind = {"day": "date", "time": "time"}.get(name, "text")
    return HeadField(name, label, value, kind, choices, fault)


def _column(words: Words, name: str) -> LineColumn:
    if name == "role":
        choices = (("cut", words.role_cut), ("raw", words.role_raw))
        return LineColumn(name, words.field_role, "text", False, choices)
    kind = KINDS.get(name, "text")
    return LineColumn(name, words(f"field_{name}"), kind, name not in TYPED)


def _buttons(words: Words, paper: Paper, state: State, paper_id: str) -> list[Button]:
    counting = paper is Paper.COUNT
    match state:
        case State.DRAFT:
            main = Button(words.submit, "submit", main=True, hint="Ctrl+Enter")
            if not counting:
                main = Button(words.post, "post", main=True, hint="Ctrl+Enter")
            found = [Button(words.save, "save", hint="Ctrl+S"), main]
            if counting:
                found.insert(0, Button(words.list_store, "fill"))
            if paper is Paper.ORDER:
                found.insert(0, Button(words.from_par, "par"))
            if paper_id != "new":
                found.insert(0, Button(words.discard, "discard"))
                found.insert(1, Button("PDF", href=f"/stock/papers/{paper_id}/print"))
            return found
        case State.SUBMITTED:
            return [
                Button("PDF", href=f"/stock/papers/{paper_id}/print"),
                Button(words.count_again, "take_back"),
                Button(words.approve, "post", main=True),
            ]
        case State.POSTED:
            found = [Button("PDF", href=f"/stock/papers/{paper_id}/print")]
            if paper is Paper.ORDER:
                found.append(Button(words.receive, "receive", main=True))
            return [*found, Button(words.reverse, "reverse")]
        case _:
            return [Button("PDF", href=f"/stock/papers/{paper_id}/print")]


def _differences(session: Session, paper_id: str, day: str) -> str:
    """The page of what a document changed because it came late: from its day to the last one on
    which anything is booked."""
    most = date.fromisoformat(day) + timedelta(days=DAYS_AT_MOST)
    until = max(last_booked_day(session.connection()) or day, day)
    last = min(date.fromisoformat(until), most)
    return address(path_of("recosts"), {"from": day, "to": last.isoformat(), "paper": paper_id})


def _against_last(desk: Desk, row: LineRow, check: PriceCheck | None) -> LineRow:
    """A line with the price of the last time, and how far this one is from it."""
    if check is None:
        return row
    last = "" if check.last_minor is None else desk.formats.money(check.last_minor)
    change = desk.formats.change(check.change_bp)
    shown = {**row.values, "last": last, "change": f"{change} %" if change else ""}
    return replace(row, values=shown, tones={"change": "bad"} if check.jumped else {})


def losses_grid(session: Session, desk: Desk, row: PaperRow) -> Grid:
    """What a trial found: the mean losses of each good, to be written into its cards."""
    cells, words = Cells(desk.formats), desk.words
    goods = {good.good_id: good.name for good in desk.goods}
    rows = [
        Row(
            RowKind.LINE,
            one.ingredient_id,
            (
                cells.text(goods.get(one.ingredient_id, one.ingredient_id)),
                cells.portions(one.trials * 1000),
                cells.percent(one.cold_bp),
                cells.percent(one.hot_bp),
            ),
        )
        for one in trial_losses(read(session, row))
    ]
    heads = (
        Head(words.ingredient, Kind.TEXT),
        Head(words.trials, Kind.QUANTITY),
        Head(words.cold_loss, Kind.PERCENT),
        Head(words.hot_loss, Kind.PERCENT),
    )
    return Grid(words.mean_losses, "", heads, tuple(rows))


def _waste_notice(session: Session, desk: Desk, row: PaperRow) -> list[str]:
    """The part of a cut piece that no line accounts for."""
    if row.paper != Paper.BUTCHERING.value:
        return []
    rest = unexplained(read(session, row))
    text = desk.formats.quantity(rest / 1000, "kg")
    return [desk.words("cut_waste", qty=text)] if rest > 0 else []


def _notices(
    desk: Desk, row: PaperRow, lines: Sequence[PaperLine], prices: Sequence[PriceCheck]
) -> list[str]:
    """What somebody should look at before posting; none of it stops a posting."""
    if row.paper != Paper.RECEIPT.value or row.state != State.DRAFT.value:
        return []
    names = {good.good_id: good.name for good in desk.goods}
    by_position = {line.position: line.ingredient_id for line in lines}
    found = []
    for one in prices:
        if one.jumped and one.change_bp is not None:
            percent = desk.formats.percent(one.change_bp)
            good = names.get(by_position[one.position], "")
            found.append(desk.words("price_jump", line=one.position, good=good, percent=percent))
    return found


def _steps(session: Session, desk: Desk, paper_id: str) -> list[str]:
    names = {row.login: row.name for row in session.exec(select(Account))}
    query = select(PaperStep).where(PaperStep.paper_id == paper_id)
    return [
        f"{desk.formats.time(row.at_ms)} · {names.get(row.login, row.login)} · "
        f"{desk.words(f'state_{row.step}')}"
        for row in session.exec(query.order_by(col(PaperStep.position)))
    ]


def _files(session: Session, paper_id: str) -> list[Attached]:
    query = select(PaperFile.position, PaperFile.name).where(PaperFile.paper_id == paper_id)
    return [
        Attached(name, f"/stock/papers/{paper_id}/files/{position}")
        for position, name in session.exec(query.order_by(col(PaperFile.position)))
    ]


def fault_text(words: Words, fault: Fault) -> str:
    """A fault as a sentence with its place: line and field."""
    text = words.fault(fault.code, fault.params)
    if fault.line == 0:
        return text
    place = words(f"field_{fault.place}") if fault.place else ""
    where = words("at_line", line=fault.line)
    return f"{where}, {place}: {text}" if place else f"{where}: {text}"


def comparison_grid(session: Session, desk: Desk, row: PaperRow) -> Grid:
    """The comparison sheet of a stock-take."""
    cells, words = Cells(desk.formats), desk.words
    goods = {good.good_id: good for good in desk.goods}
    rows = []
    sheet = comparison(session, row)
    for one in sheet:
        good = goods[one.ingredient_id]
        rows.append(
            Row(
                RowKind.LINE,
                one.ingredient_id,
                (
                    cells.text(good.name),
                    cells.text(words(f"unit_{good.unit}")),
                    cells.quantity(one.book / good.factor, good.unit),
                    cells.quantity(one.counted / good.factor, good.unit),
                    cells.quantity(one.inside / good.factor, good.unit),
                    cells.quantity(one.difference / good.factor, good.unit, signed=True),
                    cells.money(one.value_minor, signed=True),
                ),
            )
        )
    heads = (
        Head(words.ingredient, Kind.TEXT),
        Head(words.unit, Kind.TEXT),
        Head(words.field_book, Kind.QUANTITY),
        Head(words.field_counted, Kind.QUANTITY),
        Head(words.field_inside, Kind.QUANTITY),
        Head(words.variance, Kind.QUANTITY),
        Head(words.value, Kind.MONEY),
    )
    if rows:
        total = sum(one.value_minor for one in sheet)
        empty = [cells.nothing(Kind.QUANTITY)] * 4
        first = (cells.text(words.total), cells.text(""))
        rows.append(Row(RowKind.TOTAL, "total", (*first, *empty, cells.money(total, signed=True))))
    return Grid(words.comparison, "", heads, tuple(rows))
