"""Goods and suppliers as people edit them: what may be typed, what is wrong, what is kept.

A sheet that has any fault changes nothing. A good's base unit stays once anything lies or lay in a
store, because every quantity is kept in it. Neighbours: `importing` takes many goods at once,
`web.goods_routes` and `web.supplier_routes` are the pages.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from sync_server.domain.bar import Bottle as BottleShape
from sync_server.domain.documents import Fault
from sync_server.domain.recipes import WHOLE, Owner, Policy
from sync_server.domain.stock import exact, to_milli

from .cards import read_book
from .goods_tables import (
    Bottle,
    GoodPack,
    Ingredient,
    IngredientGroup,
    IngredientLoss,
    MethodLoss,
    Substitute,
    Supplier,
    Unit,
)
from .names import LANGUAGES, every_name
from .slugs import free_key
from .tables import StockMove
from .typed import HUNDRED, decimal_of

Sheet = Mapping[str, Sequence[str]]
NAME_LENGTH = 80
ROWS = 20
MONTHS = range(1, 13)
ALLERGENS = (
    "gluten", "crustaceans", "eggs", "fish", "peanuts", "soy", "milk", "nuts", "celery",
    "mustard", "sesame", "sulphites", "lupin", "molluscs",
)  # fmt: skip
"""The fourteen that Regulation (EU) 1169/2011, Annex II, and Ukraine's law name."""
NUTRIENTS = ("energy", "protein", "fat", "carbohydrate")
MOST = Decimal(1_000_000)


class Typed:
    """A sheet as typed, and what of it is wrong."""

    def __init__(self, sheet: Sheet) -> None:
        """`sheet` is a posted form."""
        self._sheet = sheet
        self.faults: list[Fault] = []

    def fault(self, name: str, code: str, **params: str) -> None:
        """Note what is wrong with a field."""
        self.faults.append(Fault(code, place=name, params=params))

    def text(self, name: str, *, needed: bool = False, most: int = NAME_LENGTH) -> str:
        """A printable text."""
        text = (self._sheet.get(name) or [""])[-1].strip()
        if needed and not text:
            self.fault(name, "cell_empty")
        if len(text) > most or not text.isprintable():
            self.fault(name, "bad_text", text=text[:20])
        return text

    def many(self, name: str) -> list[str]:
        """All values of a field that comes more than once."""
        return [one.strip() for one in self._sheet.get(name, ())]

    def figure(self, name: str, most: Decimal = MOST, at: int | None = None) -> Decimal:
        """A figure from 0; nothing typed is 0."""
        values = self.many(name)
        place = -1 if at is None else at
        text = values[place] if values and place < len(values) else ""
        if not text:
            return Decimal(0)
        value = decimal_of(text)
        if value is None:
            self.fault(name, "bad_number", text=text[:20])
        elif not 0 <= value <= most:
            self.fault(name, "bad_figure", text=text[:20])
        else:
            return value
        return Decimal(0)


def keep_good(session: Session, good_id: str, sheet: Sheet) -> tuple[str, list[Fault]]:
    """Change a good, or make one ("" as id). Returns its id and what is wrong; then the caller
    must not keep the transaction."""
    typed = Typed(sheet)
    row = session.get(Ingredient, good_id) if good_id else None
    names = {lang: typed.text(f"name_{lang}") for lang in LANGUAGES}
    if not any(names.values()):
        typed.fault("name_uk", "cell_empty")
    unit = session.get(Unit, typed.text("unit"))
    if unit is None:
        typed.fault("unit", "no_unit")
    group, supplier = _group(session, typed), typed.text("supplier")
    if supplier and session.get(Supplier, supplier) is None:
        typed.fault("supplier", "no_supplier_id")
    if unit is None or group is None:
        return good_id, typed.faults
    if row is None:
        taken = set(session.exec(select(Ingredient.ingredient_id)))
        good_id = free_key(names["en"] or names["pl"] or names["uk"], "good", taken)
        row = Ingredient(
            ingredient_id=good_id, group_id=group, unit=unit.code, name_en="", name_uk=""
        )
        session.add(row)
    elif session.get_one(Unit, row.unit).base != unit.base and _moved(session, good_id):
        typed.fault("unit", "unit_does_not_convert")
    row.name_uk = names["uk"] or names["en"] or names["pl"]
    row.name_en = names["en"] or names["uk"] or names["pl"]
    row.name_pl = names["pl"]
    row.group_id, row.unit, row.supplier_id = group, unit.code, supplier
    row.par_milli = to_milli(exact(typed.figure("par") * unit.factor))
    row.tax_bp = int(typed.figure("tax", HUNDRED) * 100)
    row.shelf_days = int(typed.figure("shelf_days", Decimal(36_500)))
    row.allergens = " ".join(one for one in ALLERGENS if one in typed.many("allergens"))
    row.facts_known = "facts_known" in sheet
    for name in NUTRIENTS:
        setattr(row, f"{name}_milli", to_milli(exact(typed.figure(name))))
    row.barcodes = _barcodes(session, good_id, typed)
    session.flush()
    _packs(session, good_id, unit, typed)
    _losses(session, good_id, typed)
    _bottle(session, good_id, unit, typed)
    _policy(session, row, typed)
    _substitutes(session, good_id, typed)
    session.flush()
    return good_id, typed.faults


def _moved(session: Session, good_id: str) -> bool:
    query = select(StockMove.n).where(StockMove.ingredient_id == good_id).limit(1)
    return session.exec(query).first() is not None


def _group(session: Session, typed: Typed) -> str | None:
    """The chosen group, or a new one of the name that was typed."""
    name, chosen = typed.text("new_group"), typed.text("group")
    known = set(session.exec(select(IngredientGroup.group_id)))
    if name:
        key = free_key(name, "group", known)
        place = (session.exec(select(func.max(IngredientGroup.position))).one() or 0) + 1
        session.add(IngredientGroup(group_id=key, name_en=name, name_uk=name, position=place))
        session.flush()
        return key
    if chosen not in known:
        typed.fault("group", "no_group")
        return None
    return chosen


def _barcodes(session: Session, good_id: str, typed: Typed) -> str:
    """Codes that no other good bears."""
    codes = typed.text("barcodes", most=400).split()
    others = select(Ingredient).where(Ingredient.ingredient_id != good_id)
    for other in session.exec(others.where(Ingredient.barcodes != "")):
        for code in set(codes) & set(other.barcodes.split()):
            typed.fault("barcodes", "barcode_taken", barcode=code, good=other.name_uk)
    return " ".join(dict.fromkeys(codes))


def _packs(session: Session, good_id: str, unit: Unit, typed: Typed) -> None:
    session.execute(delete(GoodPack).where(col(GoodPack.ingredient_id) == good_id))
    seen = set()
    for at, name in enumerate(typed.many("pack_name")[:ROWS]):
        if not name:
            continue
        holds = typed.figure("pack_qty", at=at) * unit.factor
        if holds <= 0 or name.casefold() in seen or name[0].isdigit() or len(name) > NAME_LENGTH:
            typed.fault("pack_name", "bad_pack", pack=name[:20])
            continue
        seen.add(name.casefold())
        milli = to_milli(exact(holds))
        session.add(GoodPack(ingredient_id=good_id, name=name, base_milli=milli))


def _losses(session: Session, good_id: str, typed: Typed) -> None:
    session.execute(delete(IngredientLoss).where(col(IngredientLoss.ingredient_id) == good_id))
    session.execute(delete(MethodLoss).where(col(MethodLoss.ingredient_id) == good_id))
    months = typed.many("cold")
    for month in MONTHS:
        if month > len(months) or not months[month - 1]:
            continue
        cold = int(typed.figure("cold", at=month - 1) * 100)
        if cold >= WHOLE:
            typed.fault("cold", "bad_loss")
            continue
        session.add(IngredientLoss(ingredient_id=good_id, month=month, cold_bp=cold))
    seen = set()
    for at, method in enumerate(typed.many("method")[:ROWS]):
        if not method:
            continue
        text = (typed.many("method_loss")[at : at + 1] or [""])[0]
        value = decimal_of(text) if text else None
        twice = method.casefold() in seen or len(method) > NAME_LENGTH
        if value is None or not -1_000 <= value < 100 or twice or decimal_of(method) is not None:
            typed.fault("method", "bad_method", method=method[:20])
            continue
        seen.add(method.casefold())
        session.add(MethodLoss(ingredient_id=good_id, method=method, hot_bp=int(value * 100)))


def _policy(session: Session, row: Ingredient, typed: Typed) -> None:
    """Whether the house makes it, and whether a sale takes what is there first. What has a card
    stays made here."""
    policy = typed.text("semi_policy")
    if policy and policy not in set(Policy):
        typed.fault("semi_policy", "no_policy")
    elif not policy and (Owner.SEMI, row.ingredient_id) in read_book(session).versions:
        typed.fault("semi_policy", "has_card")
    else:
        row.semi_policy = policy


def _substitutes(session: Session, good_id: str, typed: Typed) -> None:
    """What stands in, in its order: so much of it for one, both in their base units."""
    session.execute(delete(Substitute).where(col(Substitute.ingredient_id) == good_id))
    names = typed.many("instead")
    if not any(names):
        return
    goods = {one.ingredient_id: one for one in session.exec(select(Ingredient))}
    known = {n.casefold(): k for k, g in goods.items() for n in every_name(g)}
    seen = {good_id}
    for at, name in enumerate(names[:ROWS]):
        if not name:
            continue
        other = name if name in goods else known.get(name.casefold(), "")
        ratio = to_milli(exact(typed.figure("instead_ratio", Decimal(1_000), at) or Decimal(1)))
        if not other or other in seen or not ratio:
            typed.fault("instead", "bad_substitute", good=name[:40])
            continue
        seen.add(other)
        place = len(seen) - 1
        session.add(
            Substitute(
                ingredient_id=good_id, position=place, substitute_id=other, ratio_milli=ratio
            )
        )


def _bottle(session: Session, good_id: str, unit: Unit, typed: Typed) -> None:
    session.execute(delete(Bottle).where(col(Bottle.ingredient_id) == good_id))
    sizes = [int(typed.figure(name)) for name in ("nominal_ml", "full_g", "tare_g")]
    if not any(sizes):
        return
    if unit.base == "g" or not BottleShape(*sizes).possible:
        typed.fault("nominal_ml", "bad_bottle")
        return
    nominal, full, tare = sizes
    row = Bottle(ingredient_id=good_id, nominal_ml=nominal, full_g=full, tare_g=tare)
    session.add(row)


def method_losses(session: Session) -> dict[tuple[str, str], int]:
    """What each good loses by way of cooking, by its id and the way in small letters."""
    return {
        (row.ingredient_id, row.method.casefold()): row.hot_bp
        for row in session.exec(select(MethodLoss))
    }


def keep_supplier(session: Session, supplier_id: str, sheet: Sheet) -> tuple[str, list[Fault]]:
    """Change a supplier, or make one ("" as id), with the least stock of the goods it brings.

    Returns its id and what is wrong; then the caller must not keep the transaction.
    """
    typed = Typed(sheet)
    row = session.get(Supplier, supplier_id) if supplier_id else None
    name = typed.text("name", needed=True)
    if row is None:
        supplier_id = free_key(name, "supplier", set(session.exec(select(Supplier.supplier_id))))
        row = Supplier(supplier_id=supplier_id, name=name)
        session.add(row)
    row.name, row.tax_number = name, typed.text("tax_number", most=20)
    row.phone, row.address = typed.text("phone", most=40), typed.text("address", most=200)
    row.lead_days = int(typed.figure("lead_days", Decimal(365)))
    factors = {unit.code: unit.factor for unit in session.exec(select(Unit))}
    for at, good_id in enumerate(typed.many("good_id")):
        good = session.get(Ingredient, good_id)
        if good is not None and good.supplier_id == supplier_id:
            par = typed.figure("par", at=at)
            good.par_milli = to_milli(exact(par * factors[good.unit]))
    session.flush()
    return supplier_id, typed.faults
