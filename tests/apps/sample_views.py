"""View-models as full as an evening, to photograph the screens without a venue behind them.

The till's screens stand in `sample_till`, settings and plan in `sample_person`.
"""

from pos_app.presenters.floor_view import FloorView, Table
from pos_app.presenters.order_view import Group, ModifiersView, OrderView
from pos_app.presenters.shown import Act, Avatar, Card, Chip, Head, Pair, Row, Sheet, Tile
from pos_app.presenters.sign_in_view import Person, SignInView
from pos_app.presenters.split_view import Bill, SplitView

ONLINE = Chip("На зв’язку · 12 мс", dot="ready", short="На зв’язку", sign="wifi")
CLOCK = Chip("19:42")
OLENA = Avatar("OK", "person1", "open_me")


def keys(last: str = "00") -> tuple[Act, ...]:
    """A keypad: nine figures, then `last`, nought and the backspace."""
    made = [Act(f"key:{n}", str(n), size=24) for n in range(1, 10)]
    wide = 22 if len(last) < 4 else 18
    return (
        *made,
        Act("key:clear", last, "outline" if len(last) > 2 else "plain", size=wide),
        Act("key:0", "0", size=24),
        Act("key:back", icon="backspace", size=20),
    )


SIGN_IN = SignInView(
    clock="19:42",
    place="субота, 21 листопада · Термінал 2 · Головна зала",
    prompt="ХТО ЦЕ? — або прикладіть картку",
    people=(
        Person("p:1", "Олена К.", "Офіціантка · 4 столи", "ОК", "person1", True),
        Person("p:2", "Ігор Б.", "Офіціант · 3 столи", "ІБ", "person2"),
        Person("p:3", "Марта С.", "Барменка", "МС", "person3"),
        Person("p:4", "Тарас Дорошенко", "Касир · каса 1", "ТД", "person4"),
        Person("p:5", "Надія П.", "Менеджерка зали", "НП", "person5"),
        Person("p:6", "Не на зміні… почати роботу"),
    ),
    who="Олена К.",
    dots=2,
    keys=keys("Стерти"),
    health=(
        Chip("Сервер на зв’язку", dot="ready"),
        Chip("Принтер: кухня", dot="ready"),
        Chip("Принтер: бар — папір закінчується", dot="hold"),
        Chip("Українська", id="lang", icon="language"),
    ),
)

FLOOR = FloorView(
    head=Head(
        "Vitrylo",
        None,
        (ONLINE, Chip("Вечеря · зміна 214")),
        (Chip("Стіл, рахунок, гість…", "search", icon="search"), CLOCK),
        Avatar("ОК", "person1", "me", "Олена К."),
        Act("lock", "Замкнути", "outline"),
    ),
    halls=(
        Act("h:1", "Головна зала · 9/14", "chosen"),
        Act("h:2", "Тераса · 3/8", "flat"),
        Act("h:3", "Бар · 5 рахунків", "flat"),
        Act("h:4", "Банкетна", "flat"),
        Act("h:5", "Рум-сервіс · 2", "flat"),
        Act("h:6", "З собою", "flat"),
    ),
    tables=(
        Table("t:1", "square", 10, 30, 134, 200, "1", "2 гості", "0:06 · сіли", "seated", "groups"),
        Table(
            "t:2",
            "square",
            166,
            30,
            134,
            200,
            "2",
            "₴ 1 240",
            "0:31 · подано основні",
            "cooking",
            "local_fire_department",
        ),
        Table(
            "t:3",
            "square",
            322,
            30,
            134,
            200,
            "3",
            "₴ 2 815",
            "0:48 · ОК",
            "ready",
            "room_service",
            "3 готові",
            "ready",
        ),
        Table("t:4", "square", 478, 30, 134, 200, "4", "Вільний", "20:30 Мельник ×4"),
        Table(
            "t:5",
            "round",
            668,
            10,
            138,
            240,
            "5",
            "₴ 930",
            "0:39",
            "late",
            "timer",
            "спізнюється 7 хв",
            "late",
        ),
        Table("t:6", "round", 842, 10, 138, 240, "6", "Вільний"),
        Table(
            "t:7",
            "square",
            10,
            350,
            134,
            200,
            "7",
            "₴ 3 460",
            "рахунок видано 0:04",
            "bill",
            "receipt_long",
        ),
        Table(
            "t:8",
            "square",
            166,
            350,
            290,
            200,
            "8 + 9",
            "₴ 7 905 · 8 гостей",
            "1:12 · десерти на утриманні",
            "cooking",
            "local_fire_department",
        ),
        Table("t:10", "square", 478, 350, 134, 200, "10", "", "Вільний"),
        Table("t:11", "round", 668, 330, 138, 240, "11", "4 гості", "0:02", "seated", "groups"),
        Table("t:12", "round", 842, 330, 138, 240, "12", "₴ 610", "0:17 · ІБ", "cooking"),
        Table(
            "t:14",
            "square",
            10,
            670,
            446,
            190,
            "14 — Банкет «Шевченко»",
            "₴ 24 300 · 22 гості · завдаток ₴ 10 000",
            "страва 2 з 4",
            "cooking",
            "local_fire_department",
        ),
        Table("t:13", "square", 478, 670, 134, 190, "13", "", "Вільний"),
        Table("", "zone", 668, 650, 312, 300, "Бар"),
    ),
    legend=tuple(
        Chip(word, dot=token)
        for word, token in (
            ("Вільний", "free"),
            ("Сидять", "seated"),
            ("Готується", "cooking"),
            ("Подавати", "ready"),
            ("Рахунок видано", "bill"),
            ("Спізнюється", "late"),
        )
    ),
    side=(
        Card("Подавати", lead="heading"),
        Card("Стіл 3", ("Борщ ×2, Вареники з картоплею",), "0:52", "ready", "t:3"),
        Card("Бар, рахунок 3", ("Шприц ×2",), "0:20", "ready", "b:3"),
        Card("Мої столи", lead="heading"),
        Card("3 гості · основні", (), "2 815", "", "t:3", lead="3"),
        Card("Стейк спізнюється 7 хв", (), "930", "", "t:5", lead="5", token="late"),
        Card("десерти на утриманні", (), "7 905", "", "t:8", lead="8+9"),
        Card("Стоп-лист · 3", ("Качка 0 · Тірамісу 2 · Устриці 6",), "", "hold", "stop"),
    ),
    new=Act("new", "Новий рахунок / з\u00a0собою", "accent", icon="add", size=17),
)

_ORDER_ROWS = (
    Row("", "head", name="Подача 1 · Закуски", aside="готово 19:40", aside_token="ready"),
    Row(
        "l:1",
        "line",
        "2×",
        "Борщ з пампушками",
        "370,00",
        (("місце 1, 2 · без часнику (2)", "dim"),),
        "room_service",
        "ready",
    ),
    Row(
        "l:2",
        "line",
        "1×",
        "Вареники з картоплею та шкварками",
        "165,00",
        (("місце 3 · сметана окремо", "dim"),),
        "room_service",
        "ready",
    ),
    Row(
        "",
        "head",
        name="Подача 2 · Основні",
        aside="утримано · подати через 6 хв",
        aside_token="hold",
    ),
    Row(
        "l:3",
        "line",
        "1×",
        "Котлета по-київськи",
        "305,00",
        (("місце 1 · пюре › фрі +20", "dim"),),
        "pause_circle",
        "hold",
    ),
    Row(
        "l:4",
        "line",
        "1×",
        "Рібай 300 г",
        "935,00",
        (("місце 2 · medium rare · перцевий соус +45", "dim"), ("АЛЕРГІЯ: горіхи", "late")),
        "ring",
        "dim",
        selected=True,
    ),
    Row("l:5", "line", "1×", "Форель на грилі", "540,00", (("місце 3 · нове", "dim"),), "dot"),
    Row("", "head", name="Напої", aside="бар"),
    Row(
        "l:6",
        "line",
        "1×",
        "Сапераві, 0,75 л",
        "500,00",
        (("на всіх", "dim"),),
        "done_all",
        "cooking",
    ),
    Row(
        "l:7",
        "line",
        "1×",
        "Узвар",
        "65,00",
        (("місце 1 · скасовано: помилка", "dim"),),
        "close",
        "late",
        struck=True,
    ),
)

_DISHES = (
    ("Котлета по-київськи", "285", "dish1"),
    ("Форель на грилі", "540", "dish1"),
    ("Рібай 300 г", "890", "dish1"),
    ("Качка з вишневим соусом", "620", "dish1"),
    ("Деруни з білими грибами", "210", "dish1"),
    ("Банош із бринзою", "230", "dish1"),
    ("Голубці (3)", "225", "dish1"),
    ("Свиняча рулька", "560", "dish1"),
    ("Телячі медальйони під грибним соусом", "495", "dish1"),
    ("Карбонара", "260", "dish1"),
    ("Грибне різото", "275", "dish1"),
    ("Бургер «Вітрило»", "320", "dish1"),
    ("Сібас", "610", "dish1"),
    ("Курячий шашлик", "310", "dish1"),
    ("Каре ягняти", "840", "dish1"),
    ("Овочеве рагу", "195", "dish2"),
    ("Веганський боул", "240", "dish2"),
    ("Бізнес-ланч ›", "від 189", "dish3"),
    ("Інша страва…", "назва і ціна", "dish8"),
    ("На вагу…", "ваги 0,000 кг", "dish8"),
)
_TILES = tuple(
    Tile(
        f"tap_item:{n}",
        name,
        price,
        stripe,
        {3: "стоп", 7: "лишилось 4"}.get(n, ""),
        "late" if n == 3 else "hold",
        n != 3,
    )
    for n, (name, price, stripe) in enumerate(_DISHES)
)
_CATEGORIES = tuple(
    Act(f"c:{n}", name, "tab" if n == 3 else "flat", size=15)
    for n, name in enumerate(
        (
            "Обране",
            "Закуски",
            "Супи",
            "Основні",
            "Гриль",
            "Гарніри",
            "Десерти",
            "Кава й чай",
            "Безалкогольні",
            "Пиво",
            "Вино",
            "Коктейлі",
        )
    )
)
ORDER = OrderView(
    head=Head(
        "Стіл 3",
        Act("back", "Зала", "outline", icon="chevron_left", size=15),
        (Chip("3 гості", "guests"), Chip("Рахунок 1 з 2 · A-0417", "checks")),
        (Chip("Меню або код…", "search", icon="search"), ONLINE, CLOCK),
        Avatar("ОК", "person1", "me"),
    ),
    seats=(
        Act("s:all", "Усі", size=15),
        Act("s:1", "1", size=15),
        Act("s:2", "2", "seat", size=15),
        Act("s:3", "3", size=15),
        Act("s:0", "На всіх", size=15),
    ),
    guest=Act("guest", "Іванова", "bill", size=15),
    rows=_ORDER_ROWS,
    totals=(
        Pair("Разом за меню", "2 815,00", "thin"),
        Pair("Gold –5 %", "–140,75", "thin"),
        Pair("у т. ч. ПДВ 20 %", "445,71", "thin"),
    ),
    total=Pair("До сплати", "2 674,25 ₴", "total"),
    actions=(
        Act("void", "Скасувати"),
        Act("split", "Поділити"),
        Act("bill", "Рахунок"),
        Act("pay", "Оплата", "go"),
    ),
    hold=Act("hold", "Утримати"),
    send=Act("send", "Надіслати 2", "accent"),
    categories=_CATEGORIES,
    tiles=_TILES,
    page_key="3",
    line_actions=tuple(
        Act(f"x:{n}", name)
        for n, name in enumerate(
            ("×2", "К-сть", "Місце", "Подача", "Нотатка", "Знижка", "Перенести", "Ще")
        )
    ),
    strip=(
        Act("line", "Рядок…"),
        Act("hold", "Утримати"),
        Act("bill", "Рахунок"),
        Act("pay", "Оплата", "go"),
        Act("send", "Надіслати 2", "accent"),
    ),
)

MODIFIERS = ModifiersView(
    title="Рібай 300 г",
    chips=("місце 2", "подача 2"),
    price="935,00 ₴",
    groups=(
        Group(
            "Просмажка",
            "оберіть 1",
            "late_text",
            tuple(
                Act(f"m:d{n}", name, "chosen" if n == 1 else "plain")
                for n, name in enumerate(
                    ("Rare", "Medium rare", "Medium", "Medium well", "Well done")
                )
            ),
        ),
        Group(
            "Соус",
            "1 безкоштовно, далі +45 · до 3",
            "dim",
            (
                Act("m:1", "Перцевий", "ringed", note="0"),
                Act("m:2", "Грибний"),
                Act("m:3", "Чімічурі"),
                Act("m:4", "Беарнез", enabled=False, note="стоп", note_token="late_text"),
                Act("m:5", "Часниковий", "ringed", note="+45"),
            ),
        ),
        Group(
            "Гарнір",
            "типово: овочі гриль",
            "dim",
            tuple(
                Act(f"m:s{n}", name, "chosen" if n == 0 else "plain")
                for n, name in enumerate(("Овочі гриль", "Картопля фрі", "Пюре", "Рис", "Салат ›"))
            ),
        ),
    ),
    pre=(
        Act("no", "БЕЗ", "outline"),
        Act("extra", "БІЛЬШЕ", "outline"),
        Act("side", "ОКРЕМО", "outline"),
        Act("allergy", "АЛЕРГІЯ", "danger"),
        Act("note", "Нотатка…", "outline"),
    ),
    allergy="АЛЕРГІЯ: горіхи",
    allergy_note="— на кухню піде червоним блоком",
    cancel=Act("cancel", "Назад"),
    less=Act("less", icon="remove"),
    quantity="1",
    more=Act("more", icon="add"),
    add=Act("add", "Додати на місце 2 · 935,00 ₴", "accent"),
)

VOID_SHEET = Sheet(
    "choices",
    "Скасувати: Рібай 300 г",
    "935,00 ₴",
    "Чому? Кухня вже має цю страву.",
    choices=tuple(
        Act(f"r:{n}", name, "ringed" if n == 1 else "plain")
        for n, name in enumerate(
            ("Помилка офіціанта", "Гість відмовився", "Довго чекали", "Не та якість", "Закінчилось")
        )
    ),
    cancel=Act("cancel", "Назад"),
    confirm=Act("ok", "Скасувати, страву не готували", "accent"),
)
QUANTITY_SHEET = Sheet(
    "keypad",
    "Кількість: Форель на грилі",
    "540,00 ₴",
    "",
    "12",
    "1",
    keys=tuple(keys(".")[n : n + 3] for n in (0, 3, 6, 9)),
    cancel=Act("cancel", "Назад"),
    confirm=Act("ok", "12 порцій", "accent"),
)
LETTERS_SHEET = Sheet(
    "letters",
    "Нотатка для кухні",
    "",
    "",
    "Без цибулі, соус окремо",
    "",
    choices=tuple(Act(f"q:{n}", w) for n, w in enumerate(("Без солі", "Гостре", "Дитяча порція"))),
    keys=(
        *tuple(
            tuple(Act(f"k:{c}", c, size=18) for c in row)
            for row in ("йцукенгшщзхї", "фівапролджєґ", "'ячсмитьбю.,")
        ),
        (Act("k:123", "123"), Act("k:sp", "пробіл"), Act("k:back", icon="backspace")),
    ),
    cancel=Act("cancel", "Назад"),
    confirm=Act("ok", "Додати нотатку", "accent"),
)

SPLIT = SplitView(
    head=Head(
        "Поділити · Стіл 3",
        Act("back", "Рахунок", "outline", icon="chevron_left", size=15),
        (),
        (Chip("суми збігаються: 2 815,00", dot="ready"), ONLINE, CLOCK),
        OLENA,
    ),
    bills=tuple(
        Bill(
            Act(f"to:{n}", f"Рахунок {n}", "ringed" if n == 2 else "flat", note=f"місце {n}"),
            tuple(
                Row(
                    f"pick:{n}/{name}",
                    quantity=quantity,
                    name=name,
                    price=price,
                    details=((note, "dim"),) if note else (),
                    mark="done_all",
                    mark_token="cooking",
                    selected=n == 1 and quantity == "⅓",
                )
                for quantity, name, price, note in lines
            ),
            total=Pair("", total, "total"),
            pay=Act(f"pay:{n}", "Оплата"),
        )
        for n, total, lines in (
            (
                1,
                "656,67 ₴",
                (
                    ("1×", "Борщ з пампушками", "185,00", ""),
                    ("1×", "Котлета по-київськи", "305,00", "фрі замість пюре +20"),
                    ("⅓", "Сапераві, 0,75 л", "166,67", ""),
                ),
            ),
            (
                2,
                "1 286,67 ₴",
                (
                    ("1×", "Борщ з пампушками", "185,00", "без часнику"),
                    ("1×", "Рібай 300 г", "935,00", "місце 2"),
                    ("⅓", "Сапераві, 0,75 л", "166,67", ""),
                ),
            ),
            (3, "166,66 ₴", (("⅓", "Сапераві, 0,75 л", "166,66", ""),)),
        )
    ),
    new=Act("to:new", "Новий рахунок", "outline", icon="add", size=17),
    actions=(
        Act("by_seat", "За місцями"),
        Act("ask:equal", "Порівну…"),
        Act("ask:amount", "На суму…"),
        Act("ask:share", "Частками…"),
        Act("ask:table", "На стіл…"),
        Act("undo", "Повернути", icon="undo"),
        Act("join_all", "З’єднати все"),
        Act("done", "Готово", "go"),
    ),
)
