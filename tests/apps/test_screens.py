"""The screens drawn from full view-models, at the sizes that restaurants have.

Every screen is photographed (`build/screens/`), and held to the rules of touch and sight: targets
of 48 dp that do not overlap, no text that leaves its box, every text readable on its ground.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from pos_app.presenters.order_sheets import with_key
from pos_app.presenters.settings_view import SettingsView
from pos_app.presenters.shown import NO_HEAD, Act, Banner, Chip, Sheet
from tests.apps import (
    sample_person as person,
    sample_till as till,
    sample_views as sample,
    set_up_house as set_up,
)
from tests.apps.conftest import Rig

WIDE, TALL, SMALL, FULL = (1366, 768), (800, 1280), (1024, 600), (1920, 1080)
SIZES = (WIDE, TALL, SMALL, FULL)
GIVING_A_CARD = SettingsView(
    head=person.SETTINGS.head,
    sheet=Sheet(
        "choices",
        "Прикладіть картку: Олександра Костянтинівна",
        text="Попередня картка цієї людини одразу втратить силу",
        choices=(Act("no_card", "Картку загублено: скасувати", "outline"),),
        cancel=Act("cancel", "Назад"),
        columns=1,
    ),
)
WEIGHING = with_key(sample.QUANTITY_SHEET, Act("weigh", "Зважити", "outline"))
VIEWS = {
    "sign_in": sample.SIGN_IN,
    "floor": sample.FLOOR,
    "order": sample.ORDER,
    "modifiers": replace(sample.ORDER, side="modifiers", modifiers=sample.MODIFIERS),
    "void": replace(sample.ORDER, side="sheet", sheet=sample.VOID_SHEET),
    "weighing": replace(sample.ORDER, side="sheet", sheet=WEIGHING),
    "quantity": replace(sample.ORDER, side="sheet", sheet=sample.QUANTITY_SHEET),
    "letters": replace(sample.ORDER, side="sheet", sheet=sample.LETTERS_SHEET),
    "split": sample.SPLIT,
    "payment": till.PAY,
    "room_charge": till.ROOM,
    "room_list": till.ROOM_LIST,
    "shift": till.SHIFT,
    "cash_desk": till.CASH_DESK,
    "devices": set_up.printers(),
    "papers": set_up.papers(),
    "own_devices": set_up.own_devices(),
    "stations": set_up.stations(),
    "labels": set_up.labels(),
    "settings": person.SETTINGS,
    "giving_a_card": GIVING_A_CARD,
    "plan": person.PLAN,
    "serve": replace(sample.ORDER, serve=Act("serve", "Подано 2", "go", icon="room_service")),
}


def screen_of(view: Any) -> Any:
    """The screen that draws a view-model."""
    from glass.lettering import register_fonts
    from pos_app.screens.stage import SCREENS, screen_class

    register_fonts()
    name = next(name for name, kind in SCREENS.items() if isinstance(view, kind.view))
    return screen_class(name)(vm=view)


def everything(root: Any) -> Iterator[Any]:
    """Every painted widget that is on the screen."""
    from glass.painted import Painted

    for widget in root.walk(restrict=True):
        if isinstance(widget, Painted) and widget.width >= 1 and widget.height >= 1:
            yield widget


def targets(root: Any) -> list[Any]:
    """Widgets that mean something when touched."""
    from glass.tap import Tap
    from pos_app.widgets.lines import RowView

    found = []
    for widget in everything(root):
        if isinstance(widget, Tap) and widget.model is not None and widget.action():
            found.append(widget)
        if isinstance(widget, RowView) and widget.model is not None and widget.model.id:
            found.append(widget)
    return found


@pytest.fixture(params=[f"{w}x{h}" for w, h in SIZES])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """A window size."""
    width, height = map(int, request.param.split("x"))
    return width, height


@pytest.mark.parametrize("name", VIEWS)
def test_each_screen_stands_on_each_size_with_targets_large_and_apart_and_no_text_cut(
    rig: Rig, name: str, size: tuple[int, int]
) -> None:
    root = rig.mount(screen_of(VIEWS[name]), size)
    rig.shot(f"{name}_{size[0]}x{size[1]}")
    small = [
        (type(w).__name__, w.model, round(w.width), round(w.height))
        for w in targets(root)
        if min(w.width, w.height) < 47.5
    ]
    assert not small, "targets under 48 dp"
    outside = [
        (type(w).__name__, mark.text, mark.x, mark.width, mark.room, w.width)
        for w in everything(root)
        for mark in w.marks
        if mark.kind == "text"
        and (mark.width > mark.room + 1.5 or mark.x < -1 or mark.x + mark.width > w.width + 1.5)
    ]
    assert not outside, "texts that leave their box"
    if size == WIDE:
        cut = [mark.text for w in everything(root) for mark in w.marks if mark.cut]
        assert not cut, "texts cut short where there is room"
    assert_targets_stand_apart(root, size)
    head = getattr(VIEWS[name], "head", NO_HEAD)
    never_left_out = {chip.sign for chip in (*head.left, *head.right) if chip.sign}
    drawn = {getattr(w.model, "sign", "") for w in everything(root)}
    assert never_left_out <= drawn, "the state of the connection is cut away"


def test_the_narrowest_head_of_an_administrator_keeps_every_way_and_fault_and_the_connection(
    rig: Rig,
) -> None:
    chips = (
        sample.ONLINE,
        Chip("Касу не відкрито", "shift", icon="point_of_sale", sign="point_of_sale"),
        Chip("Сервер: не друкує", "server_fault", dot="late", icon="warning", sign="warning"),
        Chip("Принтери", "devices", icon="print", sign="print"),
    )
    search = Chip("Пошук", "search", icon="search", sign="search")
    head = replace(sample.FLOOR.head, left=chips, right=(search, sample.CLOCK))
    root = rig.mount(screen_of(replace(sample.FLOOR, head=head)), TALL)
    rig.shot("head_800x1280")
    drawn = {w.model.sign: w.model.label for w in everything(root) if hasattr(w.model, "sign")}
    assert drawn.keys() >= {"wifi", "point_of_sale", "warning", "print", "search"}
    assert drawn["warning"], "a fault keeps its words longest"


def assert_targets_stand_apart(root: Any, size: tuple[int, int]) -> None:
    """No two overlap, and none is off the screen."""
    boxes = []
    for widget in targets(root):
        x, y = widget.to_window(widget.x, widget.y)
        boxes.append((x, y, x + widget.width, y + widget.height, widget.model))
    rows = [box for box in boxes if type(box[4]).__name__ == "Row"]
    fixed = [box for box in boxes if box not in rows]
    for x, y, right, top, model in fixed:
        inside = min(x, y) >= -1 and right <= size[0] + 1 and top <= size[1] + 1
        assert inside, model
    for index, one in enumerate(fixed):
        for other in fixed[index + 1 :]:
            apart = (
                one[2] <= other[0] + 1
                or other[2] <= one[0] + 1
                or one[3] <= other[1] + 1
                or other[3] <= one[1] + 1
            )
            assert apart, (one, other)


@pytest.mark.parametrize("mode", ["dark", "light"])
@pytest.mark.parametrize("name", VIEWS)
def test_every_text_can_be_read_on_its_ground(rig: Rig, name: str, mode: str) -> None:
    from glass.colours import contrast, palette

    palette.use(mode)
    rig.window.clearcolor = palette["background"]
    try:
        root = rig.mount(screen_of(VIEWS[name]), WIDE)
        if mode == "light":
            rig.shot(f"{name}_light")
        poor = set()
        for widget, mark, ground in texts_with_ground(root):
            large = mark.height >= 30
            ratio = contrast(palette[mark.token], palette[ground])
            if ratio < (3 if large else 4.5):
                poor.add((type(widget).__name__, mark.text, mark.token, ground, round(ratio, 2)))
        assert not poor
    finally:
        palette.use("dark")
        rig.window.clearcolor = palette["background"]


def texts_with_ground(root: Any) -> Iterator[tuple[Any, Any, str]]:
    """Every text with the token of the box that lies under it."""
    painted: list[tuple[float, float, float, float, str]] = []
    for widget in everything(root):
        x, y = widget.to_window(widget.x, widget.y)
        for mark in widget.marks:
            left, top = x + mark.x, y + widget.height - mark.y
            if mark.kind == "box":
                painted.append((left, top - mark.height, left + mark.width, top, mark.token))
            elif mark.kind in ("text", "icon"):
                across, down = left + mark.width / 2, top - mark.height / 2
                under = [
                    box[4]
                    for box in painted
                    if box[0] <= across <= box[2] and box[1] <= down <= box[3]
                ]
                yield widget, mark, under[-1] if under else "background"


@pytest.mark.parametrize("name", ["floor", "order", "payment", "shift", "settings"])
def test_larger_letters_leave_no_box_and_cut_nothing(rig: Rig, name: str) -> None:
    from kivy.metrics import Metrics

    Metrics.fontscale = 1.6
    try:
        root = rig.mount(screen_of(VIEWS[name]), WIDE)
        rig.shot(f"{name}_160")
        marks = [(w, mark) for w in everything(root) for mark in w.marks if mark.kind == "text"]
        outside = [
            (type(w).__name__, mark.text)
            for w, mark in marks
            if mark.width > mark.room + 1.5 or mark.x + mark.width > w.width + 1.5
        ]
        assert not outside, "texts that leave their box"
        assert not [mark.text for _, mark in marks if mark.cut]
        assert max(mark.height for _, mark in marks) >= 40, "they really are larger"
    finally:
        Metrics.fontscale = 1.0


def repaints(root: Any) -> list[str]:
    """The kinds of widgets that are painted again from now on."""
    painted: list[str] = []
    for widget in everything(root):
        before = widget.paint

        def paint(widget: Any = widget, before: Any = before) -> None:
            painted.append(type(widget).__name__)
            before()

        widget.paint = paint
    return painted


def test_a_changed_line_repaints_that_line_and_nothing_else(rig: Rig) -> None:
    root = rig.mount(screen_of(sample.ORDER))
    painted = repaints(root)
    rows = list(sample.ORDER.rows)
    rows[4] = replace(rows[4], mark="done_all")
    root.vm = replace(sample.ORDER, rows=tuple(rows))
    rig.settle()
    assert painted == ["RowView"]


def test_of_sixty_tables_only_the_one_that_changed_is_painted_again(rig: Rig) -> None:
    tables = tuple(
        replace(
            sample.FLOOR.tables[n % 8],
            id=f"table:{n}",
            title=str(n),
            x=n % 10 * 100,
            y=n // 10 * 166,
            width=88,
            height=140,
            state=("free", "seated", "cooking")[n % 3],
        )
        for n in range(60)
    )
    root = rig.mount(screen_of(replace(sample.FLOOR, tables=tables)))
    rig.shot("floor_60")
    painted = repaints(root)
    changed = (*tables[:7], replace(tables[7], badge="2 готові", state="ready"), *tables[8:])
    root.vm = replace(root.vm, tables=changed)
    rig.settle()
    assert painted == ["TableView"]


def test_a_finger_acts_once_and_a_drag_over_the_check_only_scrolls(rig: Rig) -> None:
    root = rig.mount(screen_of(sample.ORDER))
    acts: list[str] = []
    root.bind(on_act=lambda _, action: acts.append(action))
    rig.tap((500, 550))
    rig.until(lambda: acts)
    assert acts == ["tap_item:15"]
    lines = next(w for w in root.walk() if type(w).__name__ == "LineList")
    before = lines.offset
    rig.drag((200, 300), (200, 450))
    assert lines.offset < before
    assert acts == ["tap_item:15"]


def test_a_banner_says_what_is_wrong_over_the_screen_and_leaves_it_usable(rig: Rig) -> None:
    from glass.lettering import register_fonts
    from pos_app.screens.stage import Stage

    register_fonts()
    stage = rig.mount(Stage())
    acts: list[str] = []
    stage.bind(on_act=lambda _, action: acts.append(action))
    stage.show("order", sample.ORDER)
    stage.banner = Banner("Сервера немає: замовлення і готівка працюють, номери готелю — ні")
    rig.settle()
    rig.shot("banner_1366x768")
    rig.tap((62, 674))
    rig.until(lambda: acts)
    assert acts == ["void"]


def test_no_page_of_three_hundred_dishes_is_far_away(rig: Rig) -> None:
    from pos_app.widgets.pager import Pager, numbers_of

    dishes = tuple(replace(sample.ORDER.tiles[0], id=f"tap_item:{n}") for n in range(300))
    root = rig.mount(screen_of(replace(sample.ORDER, tiles=dishes)), SMALL)
    rig.shot("order_300_1024x600")
    (pager,) = (w for w in root.walk(restrict=True) if isinstance(w, Pager) and w.numbers)
    rig.tap(next(w for w in targets(pager) if w.model == pager.numbers[-1]))
    rig.until(lambda: pager.pages.page == pager.pages.count - 1)
    for here in range(38):
        shown = numbers_of(38, here, 7)
        assert sorted({0, here, 37, *shown}) == list(shown)
        assert max(after - before for before, after in pairwise(shown)) <= 12


@pytest.mark.parametrize("name", ["order", "void", "payment", "cash_desk"])
@pytest.mark.parametrize("size", [WIDE, TALL, SMALL], ids=lambda size: f"{size[0]}x{size[1]}")
def test_passing_words_stand_where_nothing_can_be_pressed(
    rig: Rig, name: str, size: tuple[int, int]
) -> None:
    from glass.lettering import register_fonts
    from pos_app.screens.stage import SCREENS, Stage

    register_fonts()
    stage = rig.mount(Stage(), size)
    view = VIEWS[name]
    stage.show(next(key for key, kind in SCREENS.items() if isinstance(view, kind.view)), view)
    stage.toast = Banner("Рахунок A-0412 передано: Олександра Костянтинівна", "ready", "check")
    rig.settle()
    rig.shot(f"toast_{name}_{size[0]}x{size[1]}")
    (words,) = (w for w in everything(stage) if w.model == stage.toast)
    assert not [mark.text for mark in words.marks if mark.cut]
    covered = [w.model for w in targets(stage) if w is not words and overlap(w, words)]
    assert not covered


def overlap(one: Any, other: Any) -> bool:
    """Whether two widgets stand on one place of the window."""
    left, bottom = one.to_window(one.x, one.y)
    x, y = other.to_window(other.x, other.y)
    across = left < x + other.width - 1 and x < left + one.width - 1
    return bool(across and bottom < y + other.height - 1 and y < bottom + one.height - 1)


def test_a_question_in_the_banner_has_two_buttons_of_their_own(rig: Rig) -> None:
    from glass.lettering import register_fonts
    from pos_app.screens.stage import Stage
    from pos_app.widgets.banner import BannerView

    register_fonts()
    stage = rig.mount(Stage(), (1024, 600))
    acts: list[str] = []
    stage.bind(on_act=lambda _, action: acts.append(action))
    stage.show("order", sample.ORDER)
    stage.banner = Banner(
        "19:42 · Olena K., рахунок A-0412: Така знижка понад вашу межу 10 %",
        "hold",
        "person",
        Act("grant:r1", "Дозволити"),
        Act("deny:r1", "Ні"),
    )
    rig.settle()
    rig.shot("banner_question_1024x600")
    views = [w for w in stage.walk(restrict=True) if isinstance(w, BannerView)]
    (asked,) = (view for view in views if view.model.other is not None)
    meant: dict[str, int] = {}
    for x in range(0, round(asked.width), 8):
        meant.setdefault(asked.meant_at(asked.x + x, asked.center_y), x + 24)
    assert meant.keys() == {"", "deny:r1", "grant:r1"}
    for action in ("deny:r1", "grant:r1"):
        x, y = asked.to_window(asked.x + meant[action], asked.center_y)
        rig.tap((round(x), round(rig.window.height - y)))
    rig.until(lambda: len(acts) == 2)
    assert acts == ["deny:r1", "grant:r1"]


def test_whoever_reads_along_finds_the_buttons_of_a_banner_that_asks(rig: Rig) -> None:
    from glass.lettering import register_fonts
    from pos_app.screens.stage import Stage
    from sync_server.client.screen_text import words_on

    register_fonts()
    stage = rig.mount(Stage())
    stage.show("order", sample.ORDER)
    assert words_on(stage, 768), "with nothing to say as well"
    yes, no = Act("allow:7", "Дозволити"), Act("refuse:7", "Ні")
    stage.banner = Banner("Олена просить знижку", act=yes, other=no)
    rig.settle()
    actions = {word["action"] for word in words_on(stage, 768)}
    assert {"allow:7", "refuse:7"} <= actions
