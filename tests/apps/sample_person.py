"""What a person sets for oneself, and the editor of the plan, as view-models without a house.

The screens of service stand in `sample_views`, the till's in `sample_till`.
"""

from pos_app.presenters.floor_view import Table
from pos_app.presenters.plan_view import PlanView
from pos_app.presenters.settings_view import SettingsView
from pos_app.presenters.shown import Act, Avatar, Chip, Head
from tests.apps.sample_views import OLENA, ONLINE

SETTINGS = SettingsView(
    head=Head(
        "Мої налаштування",
        Act("back", "Назад", "outline", icon="chevron_left", size=15),
        (),
        (ONLINE, Chip("19:42")),
        Avatar("ОК", "person1", "settings", "Олена К."),
    ),
    language_title="МОВА",
    languages=(
        Act("speak:uk", "Українська", "ringed", icon="check"),
        Act("speak:en", "English"),
        Act("speak:pl", "Polski"),
    ),
    scale_title="РОЗМІР ЛІТЕР",
    scales=tuple(
        Act(f"scale:{n}", f"{n} %", "ringed" if n == 100 else "plain")
        for n in (100, 115, 130, 145, 160)
    ),
    sample="Борщ український ×2 · без часнику · 285,00 ₴",
    mode_title="КОЛЬОРИ",
    modes=(Act("mode:dark", "Темні", "ringed", icon="check"), Act("mode:light", "Світлі")),
    hand_title="ЯКОЮ РУКОЮ",
    hands=(Act("hand:right", "Правою", "ringed", icon="check"), Act("hand:left", "Лівою")),
    switch=Act("switch", "Інша людина", "outline", icon="swap_horiz"),
    pin=Act("change_pin", "Змінити мій PIN", "outline", icon="lock"),
    plan=Act("plan", "План залів", "outline", icon="table_restaurant"),
    card=Act("give_card", "Видати картку", "outline", icon="credit_card"),
    done=Act("back", "Готово", "accent"),
)

PLAN = PlanView(
    head=Head(
        "План залів",
        Act("back", "Зала", "outline", icon="chevron_left", size=15),
        (),
        (ONLINE,),
        OLENA,
    ),
    halls=(
        Act("hall_tapped:main", "Головний зал", "ringed"),
        Act("hall_tapped:terrace", "Тераса", "flat"),
    ),
    tables=(
        Table("pick:t1", "square", 6, 7, 32, 26, "1", "2 місця"),
        Table("pick:t2", "square", 45, 7, 32, 26, "2", "4 місця", state="hold"),
        Table("pick:t5", "round", 170, 7, 30, 30, "5", "4 місця"),
        Table("pick:t8", "square", 45, 50, 70, 26, "8+9", "8 місць"),
    ),
    columns=255,
    rows=140,
    title="Стіл 2",
    note="Квадратний · 4 місця",
    tools=(
        Act("name_it", "Назва", icon="edit", size=15),
        Act("shape", "Форма", icon="redo", size=15),
        Act("seat:-1", "Місце", icon="remove", size=15),
        Act("seat:1", "Місце", icon="add", size=15),
        Act("grow:narrower", "Вужчий", size=15),
        Act("grow:wider", "Ширший", size=15),
        Act("grow:lower", "Коротший", size=15),
        Act("grow:taller", "Довший", size=15),
        Act("join", "Приставити", icon="groups", size=15),
        Act("divide", "Роз’єднати", enabled=False, icon="call_split", size=15),
        Act("remove", "Прибрати", "danger", icon="delete", size=15),
    ),
    adding=tuple(
        Act(f"add:{shape}", label, icon="add", size=15)
        for shape, label in (
            ("square", "Квадратний"),
            ("round", "Круглий"),
            ("rectangle", "Довгий"),
            ("stool", "Стілець"),
        )
    ),
    undo=Act("undo", "Крок назад", icon="undo"),
    save=Act("save", "Зберегти план", "accent"),
)
