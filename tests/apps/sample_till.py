"""View-models of the till, as full as an evening: payment, room charge, shift.

The other screens stand in `sample_views`.
"""

from pos_app.presenters.cash_desk_view import CashDeskView
from pos_app.presenters.payment_view import PaymentView
from pos_app.presenters.room_charge_view import Guest, RoomChargeView
from pos_app.presenters.room_list_view import RoomListView
from pos_app.presenters.shift_view import Note, ShiftView
from pos_app.presenters.shown import Act, Avatar, Card, Chip, Head, Pair
from tests.apps.sample_views import ONLINE, keys

PAY = PaymentView(
    head=Head(
        "Оплата · Стіл 3",
        Act("back", "Рахунок", "outline", icon="chevron_left", size=15),
        (Chip("Рахунок 1 з 2 · A-0417"),),
        (ONLINE, Chip("Каса 1 · Олена К."), Chip("19:58")),
        Avatar("ОК", "person1", "me"),
    ),
    sums=(
        Pair("11 страв, 3 гості", "2 815,00"),
        Pair("Gold –5 %", "–140,75"),
        Pair("Обслуговування 10 %", "267,43"),
        Pair("у т. ч. ПДВ 20 %", "490,28"),
    ),
    total=Pair("Разом", "2 941,68 ₴", "strong"),
    paid_title="СПЛАЧЕНО",
    paid=(
        Card("Номер 304 · Ковальська", (), "1 000,00", "", "p:1", "close"),
        Card("Картка ···· 4821 · схвалено", (), "900,00", "", "p:2", "close"),
    ),
    left_label="Залишилось сплатити",
    left_amount="1 041,68 ₴",
    change=Pair("Решта з 1 100", "58,30", "row", "ready", True),
    rounding="готівка округлюється до 0,10: +0,02 окремим рядком",
    splits=(
        Act("w", "Усе", "chosen"),
        Act("seat", "За місцями"),
        Act("item", "За стравами"),
        Act("eq", "Порівну ÷\u00a03"),
    ),
    tender_title="ЧИМ ПЛАТЯТЬ",
    tenders=(
        Act("cash", "Готівка", "ringed", size=17, icon="payments"),
        Act("card", "Картка (термінал)", size=17, icon="credit_card"),
        Act("room", "На номер готелю", size=17, icon="hotel"),
        Act("house", "На рахунок фірми", size=17, icon="account_balance_wallet", enabled=False),
        Act("voucher", "Сертифікат", size=17, icon="star"),
        Act("deposit", "Завдаток 10 000", size=17, icon="receipt_long"),
        Act("points", "Бонуси 1 240", size=17, icon="star"),
        Act("eur", "Валюта: EUR", size=17, icon="swap_horiz"),
    ),
    tip_title="ЧАЙОВІ",
    tips=(
        Act("t0", "Без", "ringed"),
        Act("t5", "5 %"),
        Act("t10", "10 %"),
        Act("tx", "Інше…"),
    ),
    receipt_title="ЧЕК",
    receipts=(
        Act("print", "Друк", "ringed"),
        Act("qr", "QR на екрані"),
        Act("inv", "На фірму"),
    ),
    entry="1 100,00",
    quick=(Act("n1", "1 050"), Act("n2", "1 100"), Act("n3", "1 200"), Act("n4", "Точно")),
    keys=keys(),
    take=Act("take", "Прийняти готівку 1 041,70 ₴", "go", size=20),
)

ROOM = RoomChargeView(
    head=Head(
        "На номер · Стіл 3",
        Act("back", "Оплата", "outline", icon="chevron_left", size=15),
        (Chip("до сплати 2 941,68 ₴"),),
        (Chip("Готель: на зв’язку", dot="ready", sign="hotel"), Chip("19:58")),
        Avatar("ОК", "person1", "me"),
    ),
    entry="Номер 304",
    hint="Номер кімнати, прізвище або картка-ключ",
    keys=keys("АБВ"),
    guests=(
        Guest(
            "g:1",
            "304",
            "Ковальська, Анна",
            "19–23 лист. · напівпансіон · Gold",
            "4 150,00 ₴",
            "ще можна",
            selected=True,
        ),
        Guest(
            "g:2",
            "304",
            "Ковальський, Пьотр",
            "19–23 лист.",
            refused="без нарахувань",
            enabled=False,
        ),
    ),
    sums=(
        Pair("Рахунок", "2 941,68", rule=True),
        Pair("Вечеря, напівпансіон, 21 лист.", "–600,00", token="ready", rule=True),
        Pair(
            "На фоліо: кухня 1 680,00 · бар 394,25 · обслуговування 267,43", "2 341,68", rule=True
        ),
        Pair("Чайові", "0,00 +", id="tip"),
    ),
    options=(Act("part", "Частину…"), Act("slip", "Квитанція на підпис")),
    waiting=(
        Card(
            "Номер 212 · 640,00 ₴: відповіді ще немає",
            ("надіслано 19:41, зв’язок перервався. Спитайте рецепцію: чи є на фоліо?",),
            "",
            "hold",
            "unknown",
        ),
        Card("3 нарахування на номер чекають на вас", id="rooms", icon="hotel"),
    ),
    charge=Act("charge", "Записати 2 341,68 ₴ на 304 Ковальська, Анна", "go", size=20),
)

ROOM_LIST = RoomListView(
    head=Head(
        "Нарахування на номери",
        Act("back", "Оплата", "outline", icon="chevron_left", size=15),
        right=(ONLINE, Chip("19:58")),
        avatar=Avatar("НП", "person2", "me"),
    ),
    cards=(
        Card(
            "Номер 212 · Мельниченко-Задорожна, Олександра Вікторівна",
            ("рахунок T3-018, надіслано 19:41 · без відповіді",),
            "640",
            "late",
            "pick:1",
        ),
        Card(
            "Номер 118 · Brandt, Lena",
            ("рахунок T1-044, надіслано 19:12 · відмова",),
            "1 280,50",
            "late",
            "pick:2",
        ),
        *(
            Card(
                f"Номер {room} · Kowalski, Anna",
                (f"рахунок T1-0{room - 260}, надіслано 18:{room - 290} · F00{room}",),
                "2 341,68",
                "ready",
                f"pick:{room}",
            )
            for room in range(304, 312)
        ),
    ),
    title="Номер 212 · Мельниченко-Задорожна, Олександра Вікторівна",
    step="Відкрийте рахунок номера в системі готелю: чи є там ця сума?",
    rows=(
        Pair("кухня", "480,00", rule=True),
        Pair("бар", "102,00", rule=True),
        Pair("Чайові", "58,00", rule=True),
        Pair("Разом", "640,00 ₴", weight="strong"),
    ),
    acts=(
        Act("on_folio", "Так, вона там є", "go"),
        Act("not_on_folio", "Ні, надіслати ще раз", "outline"),
    ),
    compare=Act("compare", "Звірити з готелем"),
)

SHIFT = ShiftView(
    head=Head(
        "Закриття зміни 214",
        Act("back", "Зала", "outline", icon="chevron_left", size=15),
        (
            Chip("1 Відкриті", "s1", tone="raised"),
            Chip("2 Перерахунок", tone="accent"),
            Chip("3 Звірка"),
            Chip("4 Z-звіт"),
        ),
        (ONLINE, Chip("Каса 1 · Олена К."), Chip("23:18")),
    ),
    left_title="Перерахуйте касу",
    notes=tuple(
        Note(f"n:{face}", face, count, worth, f"less:{face}", f"more:{face}")
        for face, count, worth in (
            ("1 000", "4", "4 000,00"),
            ("500", "11", "5 500,00"),
            ("200", "17", "3 400,00"),
            ("100", "23", "2 300,00"),
            ("50", "14", "700,00"),
            ("20", "9", "180,00"),
            ("10", "6", "60,00"),
            ("5", "8", "40,00"),
            ("2", "6", "12,00"),
            ("1", "7", "7,00"),
        )
    ),
    counted=Pair("Нараховано", "16 199,00 ₴", "total"),
    middle_title="Зміна до цієї миті (X)",
    rows=tuple(
        Pair(label, value, rule=True)
        for label, value in (
            ("Закрито рахунків · гостей", "86 · 203"),
            ("Продажі", "118 430,00"),
            ("Знижки і пригощання", "–4 212,50"),
            ("Скасовано після відправки (7)", "–2 105,00"),
            ("Обслуговування", "8 940,10"),
            ("Картка", "71 380,40"),
            ("На номери (11)", "22 604,00"),
            ("Рахунки фірм", "3 100,00"),
            ("Готівкові продажі", "26 073,20"),
            ("Розмін на початку", "2 000,00"),
            ("Видано: кур’єр, лід", "–640,00"),
            ("Здано в сейф (2)", "–11 000,00"),
            ("Виплачено чайових", "–214,20"),
        )
    ),
    foot="Сліпий перерахунок: очікувана готівка з’явиться на кроці 3",
    right_title="Перед закриттям",
    cards=(
        Card(
            "2 рахунки відкриті",
            ("Стіл 7 · 3 460 — передати Ігорю Б.", "Бар, рахунок 4 · 210"),
            "",
            "hold",
            "c:1",
        ),
        Card(
            "1 нарахування чекає на готель",
            ("Номер 212 · 640,00 · спроба 4, ще через 0:40",),
            "",
            "late",
            "c:2",
        ),
        Card("Усі термінали синхронізовано", ("4 з 4 · останній 0:02 тому",), "", "ready"),
    ),
    second=Act("x", "Друк X-звіту", "outline"),
    main=Act("next", "Звірити", "accent", size=19),
)


CASH_DESK = CashDeskView(
    head=Head(
        "Каса",
        Act("back", "Назад", "outline", icon="chevron_left", size=15),
        (),
        (ONLINE, Chip("21:40")),
        Avatar("ТД", "person1", "me"),
    ),
    tabs=tuple(
        Act(f"t{n}", label, "chosen" if n == 1 else "flat", size=15)
        for n, label in enumerate(
            (
                *("Скринька", "Закриті чеки", "Сертифікати", "Фірми", "Картки"),
                *("Нез’ясоване", "Люди", "Закриття дня", "Звіти", "Журнал"),
            )
        )
    ),
    cards=tuple(
        Card(
            f"A-04{n:02d} · Стіл {n}",
            (f"закрито 2{n % 3}:4{n % 6} · Олександра Костюченко-Романенко",),
            f"{n} 941,68",
            "accent" if n == 2 else "line",
            f"c{n}",
        )
        for n in range(1, 15)
    ),
    side_title="№ A-0402",
    rows=(
        Pair("Разом", "2 941,68 ₴", "strong", rule=True),
        Pair("у т. ч. ПДВ 20 %", "490,28"),
    ),
    notes=(
        Card("Картка (термінал)", ("004821 · чайові 150,00",), "1 941,68", ""),
        Card("Готівка", ("повернено 200,00",), "1 000,00", "late"),
    ),
    actions=(
        Act("a1", "Повернути"),
        Act("a2", "Повернути чайові"),
        Act("a3", "Відкрити знову"),
        Act("a4", "Копія чека"),
        Act("a5", "Виправити оплату"),
        Act("a6", "Рахунок-фактура"),
        Act("a7", "Знайти чек", "outline", icon="search"),
    ),
)
