"""Documents that several tests print: a Ukrainian receipt and a kitchen ticket."""

from hardware.documents import (
    QR,
    Align,
    Cell,
    Columns,
    Document,
    Rule,
    Signature,
    Size,
    Space,
    Stroke,
    Text,
)


def item(qty: str, name: str, price: str) -> Columns:
    """A line of a receipt."""
    return Columns(
        (
            Cell(qty, width=2, keep=True),
            Cell(name),
            Cell(price, align=Align.RIGHT, keep=True),
        )
    )


def total(name: str, price: str, size: Size = Size.NORMAL) -> Columns:
    """A sum under a receipt."""
    return Columns(
        (Cell(name), Cell(price, align=Align.RIGHT, keep=True)), size, bold=size is Size.LARGE
    )


RECEIPT = Document(
    title="Готель «Вітрило»",
    blocks=(
        Text("Ресторан · Львів, пл. Ринок 14", Size.SMALL, align=Align.CENTER),
        Text("тел. +380 32 255 00 14", Size.SMALL, align=Align.CENTER),
        Space(10),
        Columns(
            (
                Cell("Чек T3-018", bold=True),
                Cell("Стіл 12", align=Align.RIGHT, bold=True, keep=True),
            )
        ),
        Columns(
            (
                Cell("21.11.2026 19:42"),
                Cell("Оксана · гостей 3", align=Align.RIGHT, keep=True),
            ),
            Size.SMALL,
        ),
        Rule(Stroke.DASHED),
        item("2", "Борщ із пампушками та салом", "370,00 ₴"),
        item("1", "Ґулаш яловичий з картопляним пюре та їжаковим соусом", "285,50 ₴"),
        Text("без часнику", Size.SMALL, indent=3),
        item("1", "Żurek z jajkiem i białą kiełbasą", "195,00 ₴"),
        item("12", "Вареники з вишнями", "1\u00a0140,00 ₴"),
        Rule(Stroke.DASHED),
        total("Разом", "1\u00a0990,50 ₴"),
        total("Знижка 10 %", "−199,05 ₴"),
        total("у т. ч. ПДВ 20 %", "298,58 ₴"),
        Rule(Stroke.HEAVY),
        total("ДО СПЛАТИ", "1\u00a0791,45 ₴", Size.LARGE),
        Rule(Stroke.HEAVY),
        total("Готівка", "1\u00a0800,00 ₴"),
        total("Решта", "8,55 ₴"),
        Space(14),
        QR("https://example.invalid/check/T3-018", "Відгук про вечір"),
        Signature("Підпис гостя · кімната 304"),
        Space(8),
        Text("Дякуємо! Do widzenia!", align=Align.CENTER, bold=True),
    ),
    footer="— кінець чека T3-018 —",
)


def dish(qty: str, name: str, strike: bool = False) -> Columns:
    """A dish on a kitchen ticket: the quantity is read first and from afar."""
    return Columns(
        (Cell(qty, width=4, bold=True, keep=True, size=Size.HUGE), Cell(name, bold=True)),
        Size.LARGE,
        strike=strike,
    )


TICKET = Document(
    title="ГРИЛЬ",
    copy_heading="ЗА: Принтер гарячого цеху",
    blocks=(
        Columns(
            (
                Cell("Стіл 12", bold=True, size=Size.HUGE),
                Cell("19:42", align=Align.RIGHT, bold=True, keep=True, size=Size.HUGE),
            ),
            Size.LARGE,
        ),
        Columns(
            (Cell("№ 118 · Оксана"), Cell("місце 2 з 3", align=Align.RIGHT, keep=True)),
        ),
        Rule(Stroke.HEAVY),
        Text("АЛЕРГІЯ: горіхи, кунжут", Size.LARGE, bold=True, inverse=True),
        Space(6),
        dish("2", "Борщ із пампушками"),
        Text("без часнику", Size.LARGE, indent=5),
        Text("+ сметана окремо", Size.LARGE, indent=5),
        Rule(),
        dish("12", "Стейк рібай medium rare, соус перцевий"),
        Text("«дуже просять швидше»", Size.NORMAL, indent=5),
        Rule(),
        dish("1", "Картопля фрі", strike=True),
        Text("СКАСОВАНО", Size.NORMAL, bold=True, indent=5),
        Rule(Stroke.DASHED),
        Text("2 подача: утримати", Size.NORMAL),
    ),
    footer="— кінець квитка 118 —",
)
