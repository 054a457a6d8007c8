"""Import of goods, recipes, prices and opening stock from tables, with a dry run first.

A dry run names every bad cell by sheet, row and column; only a table without a fault is taken,
whole and in one transaction. Goods are added or changed, recipes become new versions of cards,
prices go into the draft of the menu, opening stock becomes draft documents that somebody posts.
Things of the house may be named by id or by any of their names. Reading files is `sheets`, the
columns are `import_columns`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlmodel import Session, select

from sync_server.domain.documents import Line, Paper
from sync_server.domain.limits import PRICE_MINOR
from sync_server.domain.menu_cards import METHOD_LENGTH
from sync_server.domain.menu_changes import CHANGES, Change
from sync_server.domain.recipes import Component, Losses, Owner, Recipe
from sync_server.domain.stock import IngredientId, exact, to_milli

from .cards import add_version, book_faults
from .goods_tables import Ingredient, IngredientGroup, Item, Store, Supplier, Unit
from .import_columns import (
    FIGURES,
    KINDS,
    NAME_COLUMNS,
    NAMES,
    NEEDED,
    OPTIONAL,
    TECHNOLOGY_COLUMNS,
    UNITS,
    YES,
    Subject,
)
from .menu_draft import Outlook, keep_in_draft
from .names import LANGUAGES, Names, every_name, names_of
from .papers import Actor, Draft, DraftLine, save
from .sheets import FAULTS, CellFault, Table, TableRow, letter, named
from .typed import decimal_of, minor_of

LINES_A_PAPER = 500
CELL_LENGTH = 500
MOST = Decimal(10**9)
TOLD = 80
"""So much of a text is shown beside its fault."""
TOLD_EVERY = 500


@dataclass(slots=True)
class Plan:
    """What a table would do. Only a plan without faults may be carried out."""

    subject: Subject
    goods: list[Ingredient] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)
    technology: dict[tuple[Owner, str], dict[str, str]] = field(default_factory=dict)
    opening: dict[str, list[DraftLine]] = field(default_factory=dict)
    prices: list[Change] = field(default_factory=list)
    owners: dict[str, "Cell"] = field(default_factory=dict)
    menu: Outlook | None = None
    faults: list[CellFault] = field(default_factory=list)
    rows: int = 0

    def fault(self, cell: "Cell", code: str) -> None:
        """Note a bad cell; after so many the list is long enough."""
        if len(self.faults) < FAULTS:
            place = letter(cell.index) if cell.index is not None else ""
            self.faults.append(CellFault(cell.sheet, cell.row, place, code, cell.text))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its place."""

    sheet: str
    row: int
    index: int | None
    text: str


class House:
    """What the tables may name."""

    def __init__(self, session: Session, menu: Outlook | None) -> None:
        """As the books have it now, and the menu with its draft."""
        self.dishes, self.rules = _menu_names(menu)
        self.units = {row.code: (row.base, row.factor) for row in session.exec(select(Unit))}
        self.groups = _by_names(
            (row.group_id, *every_name(row)) for row in session.exec(select(IngredientGroup))
        )
        self.suppliers = _by_names(
            (row.supplier_id, row.name) for row in session.exec(select(Supplier))
        )
        self.goods = {row.ingredient_id: row for row in session.exec(select(Ingredient))}
        self.items = _by_names(
            (row.item_id, *every_name(row)) for row in session.exec(select(Item))
        )
        self.stores = _by_names(
            (row.store_id, *every_name(row)) for row in session.exec(select(Store))
        )
        self.by_name = {
            name.casefold(): row for row in self.goods.values() for name in every_name(row)
        }

    def good(self, text: str) -> Ingredient | None:
        """A good by its id or name."""
        return self.goods.get(text) or self.by_name.get(text.casefold())

    def owner(self, kind: str, text: str) -> str:
        """What a card is of, by id or name; a choice of the menu only by its id. Empty: unknown."""
        if kind == Owner.ITEM:
            return self.items.get(text.casefold(), "")
        if kind == Owner.SEMI:
            good = self.good(text)
            return good.ingredient_id if good is not None else ""
        return text


def _by_names(things: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """Ids by whatever a thing is called; an id wins over another's name."""
    held = list(things)
    named = {name.casefold(): names[0] for names in held for name in names[1:] if name}
    return named | {names[0].casefold(): names[0] for names in held}


def _menu_names(seen: Outlook | None) -> tuple[dict[str, str], dict[str, str]]:
    """Dishes and price rules by what people call them."""
    if seen is None:
        return {}, {}
    menu = seen.menu
    dishes = {
        name.casefold(): key for key, one in menu.items.items() for name in one.names.values()
    }
    rules = {name.casefold(): r.rule_id for r in menu.price_rules for name in r.names.values()}
    ids = {rule.rule_id: rule.rule_id for rule in menu.price_rules}
    return dishes | {key: key for key in menu.items}, rules | ids


def dry_run(
    session: Session,
    subject: Subject,
    tables: Sequence[Table],
    day: str,
    menu: Outlook | None = None,
    tell: Callable[[int], None] = lambda _rows: None,
) -> Plan:
    """What the tables would do and everything that is wrong with them; changes nothing.

    New versions of cards begin on `day`; prices need the menu that the draft stands on. `tell`
    hears now and then how many rows have been looked at.
    """
    plan, house = Plan(subject, menu=menu), House(session, menu)
    if subject is Subject.PRICES and menu is None:
        plan.faults.append(CellFault("", 0, "", "no_menu"))
    for table in tables:
        if not table.heads:
            continue
        plan.faults += table.faults
        columns = {name: named(table, NAMES[name]) for name in NEEDED[subject] + OPTIONAL[subject]}
        missing = [name for name in NEEDED[subject] if columns[name] is None]
        if subject is Subject.GOODS and all(columns[name] is None for name in NAME_COLUMNS):
            missing.append(NAME_COLUMNS[0])
        for name in missing:
            plan.fault(Cell(table.name, 1, None, name), "column_missing")
        if missing:
            continue
        reader = _Reader(plan, house, table.name, columns)
        rows = reader.sound(_counted(table.rows, plan.rows, tell))
        plan.rows += len(table.rows)
        match subject:
            case Subject.GOODS:
                _read_goods(reader, rows)
            case Subject.RECIPES:
                _read_recipes(reader, rows, day)
            case Subject.OPENING:
                _read_opening(reader, rows)
            case Subject.PRICES:
                _read_prices(reader, rows)
    if not plan.faults:
        _whole_book(session, plan)
    return plan


def _counted(
    rows: Sequence[TableRow], before: int, tell: Callable[[int], None]
) -> Iterator[TableRow]:
    for number, row in enumerate(rows):
        if number % TOLD_EVERY == 0:
            tell(before + number)
        yield row


def _whole_book(session: Session, plan: Plan) -> None:
    """What only the cards together can have wrong, at the row of the card that brings it."""
    for recipe, fault in book_faults(session, plan.recipes):
        text = " ".join(str(value) for value in fault.params.values())
        cell = plan.owners.get(recipe, Cell("", 0, None, ""))
        plan.fault(replace(cell, text=text), fault.code)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads cells of one table, noting what is wrong."""

    plan: Plan
    house: House
    sheet: str
    columns: Mapping[str, int | None]

    def sound(self, rows: Iterable[TableRow]) -> Iterator[TableRow]:
        """The rows, with a fault for every cell that is longer than is kept."""
        for row in rows:
            for name in self.columns:
                most = METHOD_LENGTH if name in TECHNOLOGY_COLUMNS else CELL_LENGTH
                cell = self.cell(row, name)
                if len(cell.text) > most:
                    self.plan.fault(replace(cell, text=cell.text[:TOLD]), "cell_too_long")
            yield row

    def cell(self, row: TableRow, name: str) -> Cell:
        index = self.columns[name]
        text = row.cells[index] if index is not None and index < len(row.cells) else ""
        return Cell(self.sheet, row.number, index, text)

    def text(self, row: TableRow, name: str) -> str:
        return self.cell(row, name).text

    def needed(self, row: TableRow, name: str) -> str:
        cell = self.cell(row, name)
        if not cell.text:
            self.plan.fault(cell, "cell_empty")
        return cell.text

    def unit(self, row: TableRow) -> str:
        """A unit by its code, or as people of the house's languages write it."""
        text = self.needed(row, "unit").casefold().rstrip(".")
        return UNITS.get(text, text)

    def figure(self, row: TableRow, name: str, *, least: Decimal = Decimal(0)) -> Decimal:
        """A figure; a date in its place is what a spreadsheet made of a decimal."""
        cell = self.cell(row, name)
        if not cell.text:
            return Decimal(0)
        if cell.text.startswith("date:"):
            self.plan.fault(cell, "date_for_figure")
            return Decimal(0)
        value = decimal_of(cell.text)
        if value is None:
            self.plan.fault(cell, "bad_number_cell")
        elif value < least or value > MOST:
            self.plan.fault(cell, "bad_quantity")
        else:
            return value
        return Decimal(0)

    def some(self, row: TableRow, name: str, *, least: Decimal = Decimal(0)) -> Decimal:
        """A figure that has to be there and is not nothing."""
        text, value = self.needed(row, name), self.figure(row, name, least=least)
        if value == 0 and decimal_of(text) == 0:
            self.plan.fault(self.cell(row, name), "bad_quantity")
        return value


def _read_goods(reader: _Reader, rows: Iterable[TableRow]) -> None:
    house, seen = reader.house, set()
    for row in rows:
        good_id, unit = reader.needed(row, "id"), reader.unit(row)
        group_as, supplier_as = reader.needed(row, "group"), reader.text(row, "supplier")
        group = house.groups.get(group_as.casefold(), "")
        supplier = house.suppliers.get(supplier_as.casefold(), "")
        if good_id in seen:
            reader.plan.fault(reader.cell(row, "id"), "twice")
        seen.add(good_id)
        if unit and unit not in house.units:
            reader.plan.fault(reader.cell(row, "unit"), "no_unit")
        known = house.goods.get(good_id)
        known_base = house.units[known.unit][0] if known is not None else ""
        if known_base and house.units.get(unit, (known_base, 1))[0] != known_base:
            reader.plan.fault(reader.cell(row, "unit"), "unit_does_not_convert")
        if group_as and not group:
            reader.plan.fault(reader.cell(row, "group"), "no_group")
        if supplier_as and not supplier:
            reader.plan.fault(reader.cell(row, "supplier"), "no_supplier_id")
        names = {lang: reader.text(row, f"name_{lang}") for lang in LANGUAGES}
        name = names["uk"] or names["en"] or names["pl"]
        if not name:
            asked = next(one for one in NAME_COLUMNS if reader.columns[one] is not None)
            reader.needed(row, asked)
        # What the table does not say stays as it is.
        old = names_of(known) if known is not None else Names("", "")
        factor = house.units.get(unit, ("", 1))[1]
        good = Ingredient(
            ingredient_id=good_id,
            group_id=group,
            unit=unit,
            name_uk=names["uk"] or old.uk or name,
            name_en=names["en"] or old.en or names["pl"] or name,
            name_pl=names["pl"] or old.pl,
            supplier_id=supplier,
            par_milli=to_milli(exact(reader.figure(row, "par") * factor)),
            barcodes=reader.text(row, "barcode"),
            allergens=" ".join(reader.text(row, "allergens").replace(",", " ").split()),
        )
        for kept, figure in _figures(reader, row).items():
            setattr(good, kept, figure)
        reader.plan.goods.append(good)


def _figures(reader: _Reader, row: TableRow) -> dict[str, int]:
    """Tax, days and nutrients, where the table has them; none can be over a hundred thousand."""
    found = {}
    for name, (kept, parts) in FIGURES.items():
        value = reader.figure(row, name)
        most = 100 if name == "tax" else 100_000
        if value > most or (value * parts) % 1:
            reader.plan.fault(reader.cell(row, name), "bad_quantity")
        elif reader.text(row, name):
            found[kept] = int(value * parts)
    return found


def _read_recipes(reader: _Reader, rows: Iterable[TableRow], day: str) -> None:
    house = reader.house
    lines: dict[tuple[Owner, str], list[Component]] = {}
    outputs: dict[tuple[Owner, str], Decimal] = {}
    for row in rows:
        kind = reader.needed(row, "kind").casefold()
        kind, owner_as = KINDS.get(kind, kind), reader.needed(row, "owner")
        if kind not in set(Owner):
            reader.plan.fault(reader.cell(row, "kind"), "no_kind")
            continue
        owner = house.owner(kind, owner_as)
        if owner_as and not owner:
            reader.plan.fault(reader.cell(row, "owner"), "no_owner")
        good, unit = house.good(reader.needed(row, "component")), reader.unit(row)
        if good is None:
            reader.plan.fault(reader.cell(row, "component"), "no_good")
        elif unit not in house.units:
            reader.plan.fault(reader.cell(row, "unit"), "no_unit")
        elif house.units[unit][0] != house.units[good.unit][0]:
            reader.plan.fault(reader.cell(row, "unit"), "unit_does_not_convert")
        # A choice may take something out of its dish.
        least = -MOST if kind == Owner.MODIFIER else Decimal(0)
        qty = reader.some(row, "qty", least=least)
        factor = house.units.get(unit, ("", 1))[1]
        losses = Losses(_loss(reader, row, "cold_loss"), _loss(reader, row, "hot_loss"))
        key = (Owner(kind), owner)
        part = IngredientId(good.ingredient_id if good else "")
        counts = _counts(reader, row)
        line = Component(part, exact(qty * factor), losses, counts_in_yield=counts)
        lines.setdefault(key, []).append(line)
        _read_technology(reader, row, reader.plan.technology.setdefault(key, {}))
        reader.plan.owners.setdefault(owner, reader.cell(row, "owner"))
        output = reader.figure(row, "output")
        if reader.text(row, "output") and output <= 0:
            reader.plan.fault(reader.cell(row, "output"), "bad_yield")
        if output:
            outputs[key] = exact(output * _owner_factor(house, key))
    for key, components in lines.items():
        output = outputs.get(key, Decimal(1))
        reader.plan.recipes.append(Recipe(key[0], key[1], day, output, tuple(components)))


def _counts(reader: _Reader, row: TableRow) -> bool:
    """Whether a component counts in the yield; it does where nothing is said."""
    cell = reader.cell(row, "in_yield")
    said = YES.get(cell.text.casefold(), None if cell.text else True)
    if said is None:
        reader.plan.fault(cell, "yes_or_no")
    return bool(said)


def _read_technology(reader: _Reader, row: TableRow, said: dict[str, str]) -> None:
    """How the card of a row is made, by language; its rows do not say two things."""
    for name in TECHNOLOGY_COLUMNS:
        cell, language = reader.cell(row, name), name.removeprefix("technology_")
        if cell.text and said.setdefault(language, cell.text) != cell.text:
            reader.plan.fault(replace(cell, text=cell.text[:TOLD]), "says_otherwise")


def _owner_factor(house: House, key: tuple[Owner, str]) -> int:
    good = house.goods.get(key[1]) if key[0] is Owner.SEMI else None
    return house.units[good.unit][1] if good else 1


def _loss(reader: _Reader, row: TableRow, name: str) -> int:
    percent = reader.figure(row, name, least=Decimal(-1_000))
    below = Decimal(0) if name == "cold_loss" else Decimal(-1_000)
    if not below <= percent < 100:
        reader.plan.fault(reader.cell(row, name), "bad_loss")
        return 0
    return int(percent * 100)


def _read_opening(reader: _Reader, rows: Iterable[TableRow]) -> None:
    house = reader.house
    for row in rows:
        store_as, good = reader.needed(row, "store"), house.good(reader.needed(row, "good"))
        store = house.stores.get(store_as.casefold(), "")
        if store_as and not store:
            reader.plan.fault(reader.cell(row, "store"), "no_store_id")
        if good is None:
            reader.plan.fault(reader.cell(row, "good"), "no_good")
        qty, value = reader.some(row, "qty"), reader.figure(row, "value")
        if good is not None:
            base = exact(qty * house.units[good.unit][1])
            line = Line(IngredientId(good.ingredient_id), base, minor_of(value))
            reader.plan.opening.setdefault(store, []).append(DraftLine(line, good.unit))


def _read_prices(reader: _Reader, rows: Iterable[TableRow]) -> None:
    """Prices of dishes, or in a price rule; an empty price takes a dish out of a rule."""
    house, seen = reader.house, set()
    for row in rows:
        dish, rule = reader.needed(row, "dish"), reader.text(row, "rule")
        key = house.dishes.get(dish) or house.dishes.get(dish.casefold(), "")
        rule_id = house.rules.get(rule) or house.rules.get(rule.casefold(), "")
        if dish and not key:
            reader.plan.fault(reader.cell(row, "dish"), "no_dish")
        if rule and not rule_id:
            reader.plan.fault(reader.cell(row, "rule"), "no_rule")
        place = (key, rule_id) if key and bool(rule_id) == bool(rule) else (str(row.number), "")
        if place in seen:
            reader.plan.fault(reader.cell(row, "dish"), "twice")
        seen.add(place)
        typed = reader.text(row, "price") if rule else reader.needed(row, "price")
        price = reader.figure(row, "price")
        minor = str(minor_of(price)) if typed else ""
        if (price * 100) % 1 or price * 100 > PRICE_MINOR:
            reader.plan.fault(reader.cell(row, "price"), "bad_price")
        change = (
            Change("rule", rule_id, key, minor)
            if rule
            else Change("item", key, "price_minor", minor)
        )
        reader.plan.prices.append(change)
    if len(reader.plan.prices) > CHANGES:
        reader.plan.fault(Cell(reader.sheet, 0, None, str(CHANGES)), "too_many_rows")


def carry_out(
    session: Session, plan: Plan, actor: Actor, new_ids: Sequence[str]
) -> list[CellFault]:
    """Do what a faultless plan says; the faults that only the whole can have (a cycle of cards)
    come back, and the caller's transaction must not be kept then."""
    assert not plan.faults, "the caller has looked"
    for good in plan.goods:
        known = session.get(Ingredient, good.ingredient_id)
        if known is None:
            session.add(good)
            continue
        for name in ("group_id", "unit", *NAME_COLUMNS):
            setattr(known, name, getattr(good, name))
        # What the table does not say stays as it is.
        for name in ("supplier_id", "par_milli", *(kept for kept, _ in FIGURES.values())):
            setattr(known, name, getattr(good, name) or getattr(known, name))
        known.barcodes = good.barcodes or known.barcodes
        known.allergens = good.allergens or known.allergens
    found: list[CellFault] = []
    for recipe in plan.recipes:
        said = plan.technology.get((recipe.owner, recipe.owner_id), {})
        for fault in add_version(session, recipe, said, actor.login, actor.at_ms):
            text = " ".join(str(value) for value in fault.params.values())
            found.append(CellFault(recipe.owner_id, 0, "", fault.code, text))
    if plan.menu is not None and plan.prices:
        for wrong in keep_in_draft(session, plan.menu, plan.prices, actor):
            found.append(CellFault("", 0, "", f"menu_{wrong.refused}", wrong.change.target))
    ids = iter(new_ids)
    for store_id, lines in sorted(plan.opening.items()):
        for start in range(0, len(lines), LINES_A_PAPER):
            part = lines[start : start + LINES_A_PAPER]
            draft = Draft(Paper.OPENING, actor.today, actor.at_ms, store_id, part)
            save(session, draft, next(ids), 0, actor)
    session.flush()
    return found


def papers_of(plan: Plan) -> int:
    """How many draft documents a plan makes."""
    return sum(-(-len(lines) // LINES_A_PAPER) for lines in plan.opening.values())
