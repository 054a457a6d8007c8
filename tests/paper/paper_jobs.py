"""One evening's paper: a job of every kind, with all that can stand on it, in a small venue."""

from dataclasses import replace
from datetime import UTC, datetime

from sync_server.domain import events as e, folio
from sync_server.domain.checks import Check
from sync_server.domain.figures import Figures, ForeignSum, TenderSum
from sync_server.domain.ids import (
    ChargeId,
    CheckId,
    LineId,
    PaymentId,
    ShiftId,
    StaffId,
    TicketId,
)
from sync_server.domain.kitchen import Ticket
from sync_server.domain.menu import (
    Catalogue,
    HouseAccount,
    Item,
    Modifier,
    ModifierGroup,
    Printer,
    Reason,
    Settings,
    StaffMember,
    Station,
    Table,
    Tax,
)
from sync_server.domain.outward import MoneySlip, PaperJob
from sync_server.domain.records import LineBefore
from sync_server.domain.shifts import Shift

EVENING = int(datetime(2026, 11, 21, 17, 42, tzinfo=UTC).timestamp()) * 1000
"""19:42 in Kyiv."""
MINUTE = 60_000
OLENA, IRYNA = StaffId("olena"), StaffId("iryna")
CHECK, TICKET, SHIFT = CheckId("c1"), TicketId("k1"), ShiftId("s1")


def _item(item_id: str, uk: str, en: str, kitchen: str, price: int) -> Item:
    return Item(
        item_id,
        {"uk": uk, "en": en},
        "food",
        price,
        "vat20",
        ("hot",),
        kitchen_names={"uk": kitchen},
        group_ids=("serving",),
    )


_ITEMS = (
    _item("borscht", "Борщ із пампушками та салом", "Borscht with pampushky", "Борщ", 18_500),
    _item("ribeye", "Стейк рібай", "Rib-eye steak", "Рібай", 89_000),
    _item("varenyky", "Вареники з вишнями", "Cherry varenyky", "Вареники вишня", 16_500),
    _item("salmon", "Лосось на грилі, ваговий", "Salmon by weight", "Лосось", 140_000),
)
_MODIFIERS = (
    Modifier("garlic", {"uk": "Часник", "en": "Garlic"}),
    Modifier("no-garlic", {"uk": "Без часнику", "en": "No garlic"}),
    Modifier("sour-cream", {"uk": "Сметана", "en": "Sour cream"}, 1_500),
    Modifier("rare", {"uk": "З кров’ю", "en": "Rare"}),
)
_PRINTERS = (
    Printer("kitchen-hot", {"uk": "Кухня: гарячий цех", "en": "Kitchen: hot"}, port=1,
            fallback_printer_id="kitchen-cold"),
    Printer("kitchen-cold", {"uk": "Кухня: холодний цех", "en": "Kitchen: cold"}, port=2,
            fallback_printer_id="kitchen-hot"),
    Printer("cashier", {"uk": "Каса", "en": "Cash desk"}, port=3, fallback_printer_id="bar"),
    Printer("bar", {"uk": "Бар", "en": "Bar"}, port=4, fallback_printer_id="cashier"),
)  # fmt: skip
CATALOGUE = Catalogue(
    number=1,
    published_ms=EVENING,
    settings=Settings(
        name="Ресторан «Вітрило»",
        currency="UAH",
        zone="Europe/Kyiv",
        address="м. Київ, Набережно-Хрещатицька вул., 14",
        cash_step_minor=10,
        service_bp=1_000,
        service_tax_id="vat20",
        receipt_printer_id="cashier",
        footer="Дякуємо, що завітали!",
    ),
    taxes={"vat20": Tax("vat20", 2_000, {"uk": "ПДВ 20 %"})},
    categories={},
    items={item.item_id: item for item in _ITEMS},
    groups={"serving": ModifierGroup("serving", {"uk": "Подача"}, _MODIFIERS, 0, 4)},
    stations={
        "hot": Station("hot", {"uk": "Гарячий цех", "en": "Hot line"}, "kitchen-hot", ""),
        "cold": Station("cold", {"uk": "Холодний цех", "en": "Cold"}, "kitchen-cold", ""),
    },
    printers={printer.printer_id: printer for printer in _PRINTERS},
    halls={},
    tables={
        "t12": Table("t12", "main", "12", 4, "square", 0, 0, 4, 4),
        "t7": Table("t7", "main", "7", 4, "square", 0, 0, 4, 4),
    },
    reasons={
        "courier": Reason("courier", "cash_out", {"uk": "Кур’єр", "en": "Courier"}),
        "change-error": Reason("change-error", "over_short", {"uk": "Помилка з рештою"}),
    },
    discounts={},
    roles={},
    accounts={"dnipro": HouseAccount("dnipro", "ТОВ «Дніпро»", 500_000, "400000012346")},
    staff={
        OLENA: StaffMember(OLENA, "Олена К.", "waiter"),
        IRYNA: StaffMember(IRYNA, "Ірина С.", "cashier"),
    },
)


# -- kitchen -----------------------------------------------------------------------------------
def _dish(line_id: str, item_id: str, qty: int, **more: object) -> e.TicketLine:
    line = e.TicketLine(LineId(line_id), 1, item_id, CATALOGUE.items[item_id].names["uk"], qty)
    return replace(line, **more)  # type: ignore[arg-type]


DISHES = (
    _dish("l1", "borscht", 2_000, chosen=(":no-garlic", ":sour-cream"), seat=2),
    _dish(
        "l2",
        "ribeye",
        1_000,
        chosen=(":rare", "no:garlic"),
        note="дуже просять швидше",
        allergy="горіхи, кунжут",
        also_at=("cold",),
    ),
)
HELD = (_dish("l3", "varenyky", 12_000, held=True), _dish("l4", "salmon", 350, held=True))
ADDED = (_dish("l5", "varenyky", 1_000, added_ms=EVENING + 13 * MINUTE),)
_OTHERWISE = replace(
    DISHES[1],
    chosen=(":sour-cream",),
    note="без поспіху",
    seat=3,
    course=2,
    before=LineBefore((":rare", "no:garlic"), "дуже просять швидше", "горіхи, кунжут", 1, 1),
    edited_ms=EVENING + MINUTE,
)
TICKET_NOW = Ticket(
    ticket_id=TICKET,
    check_id=CHECK,
    check_number="T1-018",
    station_id="hot",
    kind="table",
    table_id="t12",
    name="",
    guests=3,
    waiter=OLENA,
    course=1,
    lines=DISHES + HELD,
    created_ms=EVENING,
    clock_ms=EVENING,
    changed_ms=EVENING,
)
KITCHEN = PaperJob(
    "kitchen", "kitchen-hot", "uk", EVENING, OLENA, table="12", ticket=TICKET_NOW, ticket_version=1
)
_VOIDED = (
    replace(DISHES[0], qty_milli=1_000, was="2000", void_ms=EVENING),
    replace(DISHES[1], state="void", void_ms=EVENING),
)
_TWO_GROUPS = replace(TICKET_NOW, lines=(*DISHES[:1], _VOIDED[1], *ADDED, *HELD), version=3)


# -- guest -------------------------------------------------------------------------------------
def sold(line_id: str, item_id: str, qty: int, **more: object) -> e.Line:
    """A line of the check at the price of the menu."""
    item = CATALOGUE.items[item_id]
    line = e.Line(
        LineId(line_id), item_id, item.names["uk"], 1, qty, item.price_minor,
        item.price_minor * qty // 1000, "vat20", 2_000, ("hot",), 1, 0, EVENING, OLENA,
        state="served", sent=True,
    )  # fmt: skip
    return replace(line, **more)  # type: ignore[arg-type]


_CREAM = e.Chosen("sour-cream", "Сметана", 1_500)
CHECK_NOW = Check(
    check_id=CHECK,
    number="T1-018",
    kind="table",
    table_id="t12",
    name="",
    guests=3,
    owner=OLENA,
    opened_ms=EVENING - 40 * MINUTE,
    day="2026-11-21",
    service_bp=1_000,
    service_tax_id="vat20",
    service_tax_bp=2_000,
    tax_inclusive=True,
    opened_n=1,
    opened_dev="d1",
    version_n=9,
    lines=(
        sold("l1", "borscht", 1_000, chosen=(_CREAM,), unit_minor=20_000, gross_minor=20_000),
        sold("l2", "ribeye", 1_000, chosen=(e.Chosen("garlic", "Часник", 0, "no"),)),
        sold("l3", "borscht", 1_000, chosen=(_CREAM,), unit_minor=20_000, gross_minor=20_000),
        sold("l4", "salmon", 350),
        sold("l5", "varenyky", 0, state="void", void_milli=1_000),
    ),
    grants=(e.Grant("g1", "gold", "Золота −5 %", OLENA, rate_bp=500),),
)
PRE_BILL = PaperJob("pre_bill", "cashier", "uk", EVENING, OLENA, table="12", check=CHECK_NOW)
_CASH = e.Payment(
    PaymentId("p1"), "cash", SHIFT, 90_000, EVENING, IRYNA,
    tendered_minor=100_000, change_minor=10_000,
)  # fmt: skip
_ROUNDED = replace(
    _CASH, amount_minor=96_405, tendered_minor=100_000, change_minor=3_600, rounding_minor=-5
)
_ROOM = e.Payment(
    PaymentId("p2"), "room", SHIFT, 90_000, EVENING, IRYNA, tip_minor=5_000, state="pending",
    room="304", guest="Марія Коваль",
)  # fmt: skip
PART_PAID = replace(CHECK_NOW, payments=(_CASH,))
PAID = replace(CHECK_NOW, payments=(_ROUNDED, _ROOM), state="closed", closed_ms=EVENING)
RECEIPT = replace(PRE_BILL, document="receipt", check=PAID)
CHARGE = folio.asked(
    e.RoomChargeAsked(
        CHECK, ChargeId("p2"), "T1-018", SHIFT, "stay9", "304", "Марія Коваль", 90_000, 0,
        (e.FolioPart("food", 2_000, 90_000),), 3, IRYNA, EVENING, "2026-11-21",
    )
)  # fmt: skip
SLIP = replace(PRE_BILL, document="room_slip", by=IRYNA, charge=CHARGE)


# -- drawer ------------------------------------------------------------------------------------
_OUT = e.CashMoved(SHIFT, "out", -12_000, "courier", IRYNA, EVENING - 90 * MINUTE)
_DROP = e.CashMoved(SHIFT, "drop", -300_000, "у сейф", IRYNA, EVENING - 30 * MINUTE, "4")
OPEN_SHIFT = Shift(
    shift_id=SHIFT,
    number=31,
    drawer="Каса 1",
    cashier=IRYNA,
    opened_ms=EVENING - 540 * MINUTE,
    day="2026-11-21",
    float_minor=200_000,
    drawer_minor=471_100,
    figures=Figures(
        checks=42,
        guests=97,
        gross_minor=2_481_500,
        discount_minor=31_250,
        service_minor=245_025,
        sales_minor=2_695_275,
        voids_count=3,
        voids_minor=47_000,
        cash_minor=583_100,
        card_minor=1_790_000,
        room_minor=342_175,
        room_count=6,
        tips_minor=22_500,
        rounding_minor=-35,
        refunds_minor=18_500,
        cash_refunds_minor=0,
        cash_out_minor=12_000,
        drops_minor=300_000,
        taxes=(e.TaxSum("vat20", 2_000, 2_695_275, 449_213),),
        first_number="T1-001",
        last_number="T1-042",
        tips_paid_minor=4_000,
        no_sales=2,
        reopened_count=1,
        reopened_minor=18_500,
        corrections=1,
        vouchers_sold_minor=100_000,
        vouchers_returned_minor=20_000,
        accounts_paid_minor=50_000,
        refund_taxes=(e.TaxSum("vat20", 2_000, 15_417, 3_083),),
        tenders=(
            TenderSum("account", 1, 45_000),
            TenderSum("card", 27, 1_790_000),
            TenderSum("cash", 14, 583_100),
            TenderSum("room", 6, 342_175),
            TenderSum("voucher", 2, 80_000),
        ),
        foreign=(ForeignSum("EUR", 5_000, 220_000),),
    ),
    moves=(_OUT, _DROP),
)
_COUNTS = (e.CashCount(50_000, 9), e.CashCount(10_000, 2), e.CashCount(50, 2))
CLOSED = replace(
    OPEN_SHIFT, state="closed", counts=_COUNTS, counted_minor=470_100, over_minor=-1_000,
    z_no=117, closed_ms=EVENING, foreign_counted=(e.ForeignCount("EUR", 5_000),),
)  # fmt: skip
_Z = e.ShiftClosed(
    SHIFT,
    117,
    IRYNA,
    EVENING,
    471_100,
    470_100,
    -1_000,
    "change-error",
    2_695_275,
    918_240_355,
    returns_minor=4_120_050,
)
_TENDERS = (
    replace(
        _CASH, amount_minor=50_000, tendered_minor=88_000, change_minor=38_000,
        currency="EUR", foreign_minor=2_000,
    ),
    e.Payment(PaymentId("p3"), "voucher", SHIFT, 60_000, EVENING, IRYNA, reference="GIFT-0412"),
    e.Payment(
        PaymentId("p4"), "account", SHIFT, 76_405, EVENING, IRYNA, tip_minor=5_000,
        reference="dnipro",
    ),
)  # fmt: skip
MANY_TENDERS = replace(RECEIPT, check=replace(PAID, payments=_TENDERS))
_SOLD = MoneySlip(
    "gift", IRYNA, 100_000, tender="card", code="GIFT-0412", name="Марія Коваль",
    expires_ms=EVENING + 365 * 24 * 60 * MINUTE,
)  # fmt: skip
VOUCHER = PaperJob("money", "cashier", "uk", EVENING, IRYNA, shift=OPEN_SHIFT, slip=_SOLD)
_REFUND = MoneySlip("refund", IRYNA, 18_500, "холодний борщ", "cash", "T1-018", tip_minor=500)
CASH_OUT = PaperJob("cash", "cashier", "uk", EVENING, IRYNA, shift=OPEN_SHIFT, cash=_OUT)
X = PaperJob("x", "cashier", "uk", EVENING, IRYNA, shift=OPEN_SHIFT)
Z = PaperJob("z", "cashier", "uk", EVENING, IRYNA, shift=CLOSED, closed=_Z)

JOBS: dict[str, PaperJob] = {
    "kitchen": KITCHEN,
    "kitchen_english": replace(KITCHEN, language="en"),
    "kitchen_addition": replace(
        KITCHEN, at_ms=EVENING + 13 * MINUTE, ticket=_TWO_GROUPS, lines=("l5",), ticket_version=2
    ),
    "kitchen_fired": replace(
        KITCHEN,
        ticket=replace(TICKET_NOW, lines=tuple(replace(line, held=False) for line in HELD)),
        lines=("l3", "l4"),
        fired=True,
    ),
    "kitchen_instead_of_display": replace(KITCHEN, ticket=_TWO_GROUPS, instead_of_display=True),
    "kitchen_takeaway": replace(
        KITCHEN,
        table="Андрій",
        ticket=replace(TICKET_NOW, kind="takeaway", table_id="", guests=0, lines=DISHES[:1]),
    ),
    "void_part": replace(
        KITCHEN,
        document="void",
        ticket=replace(TICKET_NOW, lines=_VOIDED),
        lines=("l1",),
        ticket_version=2,
    ),
    "void_whole": replace(
        KITCHEN, document="void", ticket=replace(TICKET_NOW, lines=_VOIDED), lines=("l2",)
    ),
    "change": replace(
        KITCHEN,
        document="change",
        ticket=replace(TICKET_NOW, lines=(_OTHERWISE,)),
        lines=("l2",),
        ticket_version=2,
    ),
    "move_english": replace(KITCHEN, document="move", language="en", was_at="7", ticket_version=3),
    "pre_bill": PRE_BILL,
    "pre_bill_copy_part_paid": replace(PRE_BILL, copy=2, check=PART_PAID),
    "pre_bill_polish_tax_on_top": replace(
        PRE_BILL, language="pl", check=replace(CHECK_NOW, tax_inclusive=False)
    ),
    "receipt": RECEIPT,
    "receipt_english": replace(RECEIPT, language="en"),
    "room_slip": SLIP,
    "room_slip_with_tip": replace(SLIP, charge=replace(CHARGE, tip_minor=5_000), language="en"),
    "receipt_many_tenders": MANY_TENDERS,
    "cash_out": CASH_OUT,
    "voucher_sold": VOUCHER,
    "refund_english": replace(VOUCHER, language="en", slip=_REFUND),
    "no_sale": replace(VOUCHER, slip=MoneySlip("no_sale", IRYNA, reason="розміняти")),
    "x": X,
    "z": Z,
    "z_english": replace(Z, language="en"),
}
