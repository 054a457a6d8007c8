"""Every screen with a real evening on it: on each window, in each language, with larger letters.

Every screen is drawn on each window; languages and letters turn with screens and windows, so that
over all screens each meets each of the others. Nothing may leave its box, no word of a button may
be cut, no target may be under 48 dp. The pictures of the README are taken here too.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from pos_app.presenters.flow import Flow
from pos_app.words import LANGUAGES
from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId
from tests.apps.conftest import Rig
from tests.apps.house import MINUTE, House, HouseDesk
from tests.apps.test_screens import SIZES, everything, screen_of, targets

LETTERS = (100, 130, 160)
DISHES = ("borscht", "deruny", "saperavi", "oysters", "trout-weight", "business-lunch")


@dataclass(frozen=True)
class Place:
    """A screen as a person reaches it: by these taps from the floor, with a check on table 3."""

    name: str
    taps: tuple[str, ...] = ()
    who: str = "nadia"


ROOM_304 = ("key:3", "key:0", "key:4")
TIP = ("tip", *("key:9",) * 6)
HOTEL_DAY = {
    "business_day": "2026-11-21",
    "groups": [["bar", 412_500], ["food", 1_873_000], ["service", 96_400]],
    "tips_minor": 35_000,
    "posted_minor": 2_416_900,
    "hotel_minor": 2_388_400,
    "difference_minor": -28_500,
    "unclear_minor": 61_200,
    "one_by_one": True,
    "exceptions": [
        {
            **{"charge_id": why, "why": why, "number": "T3-0118", "room": "304"},
            **{"guest": "Kowalska-Nowakowska, Anna Maria", "amount_minor": 28_500, "at_ms": 0},
        }
        for why in ("silent", "sent_again", "person")
    ],
}
PLACES = (
    Place("floor"),
    Place("floor_hold", ("hold_table:t3",)),
    Place("new_tab", ("new",)),
    Place("order", ("table:t3",)),
    Place("modifiers", ("table:t3", "tap_item:ribeye")),
    Place("set", ("table:t3", "tap_item:business-lunch")),
    Place("weight", ("table:t3", "tap_item:trout-weight", "key:4", "key:3")),
    Place("search", ("table:t3", "ask_for:search", "key:b", "key:o")),
    Place("void", ("table:t3", "@sent", "void")),
    Place("discount", ("table:t3", "ask_for:discount")),
    Place("more", ("table:t3", "ask_for:more")),
    Place("hand_over", ("table:t3", "ask_for:colleague")),
    Place("split", ("table:t3", "split")),
    Place("split_by_seat", ("table:t3", "send", "split", "by_seat")),
    Place("split_amount", ("table:t3", "split", "ask:amount", "key:5")),
    Place("payment", ("table:t3", "send", "pay")),
    Place(
        "payment_paid",
        (
            *("table:t3", "ask_for:discount", "give_discount:gold", "send", "pay"),
            *(
                "key:2",
                "key:00",
                "take",
                "key:1",
                "key:00",
                "take",
                "pay_by:card",
                "key:3",
                "key:00",
            ),
            *("take", "pay_by:cash", "key:5", "key:00", "take", "key:1", "key:00", "take"),
        ),
        "taras",
    ),
    Place(
        "payment_items", ("table:t3", "send", "pay", "split_by:item", "items_do:line/l00"), "taras"
    ),
    Place("payment_code", ("table:t3", "send", "pay", "tip:1000", "pay_by:qr", "take"), "taras"),
    Place("payment_points", ("table:t3", "send", "pay", "pay_by:points"), "taras"),
    Place("club_number", ("table:t5", "ask_for:club_card", "key:2", "key:9"), "taras"),
    Place("club_told", ("table:t3", "club_look"), "taras"),
    Place("room_charge", ("table:t3", "send", "pay", "pay_by:room", *ROOM_304), "taras"),
    Place(
        "over_limit",
        ("table:t3", "send", "pay", "pay_by:room", *ROOM_304, "guest:s1", *TIP, "charge"),
        "taras",
    ),
    Place("hotel_day", ("shift", "rooms", "compare"), "taras"),
    Place("report_total", ("shift", "rooms", "compare", "state_total", "key:6", "key:00"), "taras"),
    Place("settings", ("settings",), "andrii"),
    Place("pin_change", ("settings", "change_pin", "key:4")),
    Place("plan", ("settings", "plan"), "andrii"),
    Place("devices", ("devices",), "andrii"),
    Place("own_devices", ("devices", "tab:own_devices"), "andrii"),
    Place("shift", ("shift",), "taras"),
    Place("cash_desk", ("shift", "cash_desk"), "taras"),
    Place(
        "cash_desk_club",
        ("shift", "cash_desk", "tab_tapped:club", "open:2900000000420"),
        "taras",
    ),
)


@pytest.fixture(scope="module")
def house() -> House:
    """A table with much on it, another that waits too long, one with its bill."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(ShiftId("shift"), "1", 200_000), "taras")
    for number, (table, ago) in enumerate((("t3", 20), ("t5", 45), ("t7", 70), ("t21", 5))):
        now, made.now_ms = made.now_ms, made.now_ms - ago * MINUTE
        check_id = CheckId(f"c{number}")
        made.do(c.OpenCheck(check_id, f"A-04{number:02d}", "table", table, "", 4), "nadia")
        lines = tuple(
            c.NewLine(LineId(f"l{number}{n}"), item, 1, 3_000 if n == 0 else 1_000, seat=n % 4)
            for n, item in enumerate(DISHES[:4])
        )
        made.do(c.AddLines(check_id, lines), "nadia")
        made.do(c.SendLines(check_id, tuple(x.line_id for x in lines[:3])), "nadia")
        made.now_ms = now
    for card, name in (("2900000000420", "Ірина Бойко-Кравченко"), ("2900000000437", "")):
        made.do(c.IssueClubCard(card, name), "taras")
        before = CheckId(f"before {card}")
        made.do(c.OpenCheck(before, f"A-{card[-3:]}", "tab", "", "Ірина"), "nadia")
        wine = c.NewLine(LineId(f"w{card}"), "saperavi", 1, 12_000)
        made.do(c.AddLines(before, (wine,)), "nadia")
        made.do(c.SendLines(before, (wine.line_id,)), "nadia")
        made.do(c.AttachClubCard(before, card), "nadia")
        due = balance(made.venue.checks[before])
        shift_id = ShiftId("shift")
        made.do(c.TakePayment(before, PaymentId(before), shift_id, "card", due), "taras")
    made.do(c.AttachClubCard(CheckId("c0"), "2900000000420"), "nadia")
    made.do(c.PrintPreBill(CheckId("c2")), "nadia")
    made.do(c.JoinTables(CheckId("c0"), ("t4",)), "nadia")
    made.do(c.StopItem("oysters", 2_000), "nadia")
    return made


def view_of(house: House, place: Place, language: str) -> Any:
    """The view-model of a place, in a language."""
    desk = HouseDesk(house, place.who)
    desk.prefer(language=language)
    flow = Flow(desk)
    flow.place.screen = "floor"
    desk.answers["hotel_day"] = HOTEL_DAY
    for tap in place.taps:
        flow.act("pick:l00" if tap == "@sent" else tap)
        desk.finish()
    view = flow.view().view
    house.waiting.clear()
    house.desks.remove(desk)
    return view


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_nothing_is_cut_on_any_window_in_any_language_with_larger_letters(
    rig: Rig, house: House, place: Place
) -> None:
    from kivy.metrics import Metrics

    wrong: list[object] = []
    turn = PLACES.index(place)
    for number, size in enumerate(SIZES):
        language = LANGUAGES[(turn + number) % len(LANGUAGES)]
        letters = LETTERS[(turn // len(LANGUAGES) + number) % len(LETTERS)]
        view = view_of(house, place, language)
        Metrics.fontscale = letters / 100
        try:
            root = rig.mount(screen_of(view), size)
            if letters == 160:
                rig.shot(f"everywhere_{place.name}_{language}_{size[0]}")
            about = (language, size, letters)
            wrong += [(*about, fault) for fault in faults_of(root)]
        finally:
            Metrics.fontscale = 1.0
    assert not wrong


BUTTONS = ("PushButton", "Tab", "Key", "SeatTab", "ChipView")


def faults_of(root: Any) -> list[tuple[str, str]]:
    """What a person could not read or hit."""
    found: list[tuple[str, str]] = []
    for widget in everything(root):
        kind = type(widget).__name__
        for mark in widget.marks:
            if mark.kind != "text":
                continue
            if mark.width > mark.room + 1.5 or mark.x + mark.width > widget.width + 1.5:
                found.append((f"{kind} leaves its box", mark.text))
            if mark.cut and kind in BUTTONS:
                found.append((f"{kind} is cut", mark.text))
    for widget in targets(root):
        if min(widget.width, widget.height) < 47.5:
            size = f"{widget.width:.0f}x{widget.height:.0f}"
            found.append((f"{type(widget).__name__} is {size}", str(widget.model.id)))
    return found


PICTURES = (
    ("split", "split_by_seat", "uk", (1366, 768), "dark"),
    ("portrait", "order", "uk", (800, 1280), "dark"),
    ("light", "floor", "en", (1366, 768), "light"),
    ("small", "modifiers", "en", (1024, 600), "dark"),
    ("polish", "order", "pl", (1366, 768), "dark"),
)


@pytest.mark.parametrize(("name", "place", "language", "size", "mode"), PICTURES)
def test_a_picture_for_the_readme(
    rig: Rig,
    house: House,
    name: str,
    place: str,
    language: str,
    size: tuple[int, int],
    mode: str,
) -> None:
    from glass.colours import palette

    palette.use(mode)
    try:
        view = view_of(house, next(x for x in PLACES if x.name == place), language)
        root = rig.mount(screen_of(view), size)
        assert not faults_of(root)
        assert rig.shot(f"readme_{name}") is not None
    finally:
        palette.use("dark")
        rig.window.clearcolor = palette["background"]


def test_choices_without_room_are_turned_page_by_page_above_the_way_out(
    rig: Rig, house: House
) -> None:
    taps = ("shift", "cash_desk", "tab_tapped:people", "open:olena", "do:lend")
    view = view_of(house, Place("lend", taps), "uk")
    root = rig.mount(screen_of(view), (1024, 600))
    seen: set[str] = set()
    for _ in range(len(view.sheet.choices)):
        rig.settle()
        shown = [w for w in targets(root) if w.action().startswith("pick:")]
        (out,) = [w for w in targets(root) if w.action() == "cancel"]
        assert all(w.y >= out.top for w in shown), "nothing lies under the way out"
        seen |= {w.action() for w in shown}
        rig.tap(next(w for w in targets(root) if w.action() == "turn"))
    assert seen == {act.id for act in view.sheet.choices}


def test_everybody_finds_the_own_name_on_the_smallest_window(rig: Rig, house: House) -> None:
    view = Flow(HouseDesk(house)).view().view
    root = rig.mount(screen_of(view), (1024, 600))
    seen: set[str] = set()
    for _ in range(root.ids.people.count):
        seen |= {w.action() for w in targets(root) if w.action().startswith("person_tapped:")}
        rig.tap(next(w for w in targets(root) if w.action() == "turn"))
    assert seen == {person.id for person in view.people}
    assert len(seen) > root.ids.people.per_page()


def test_letters_to_type_are_large_enough_for_a_finger_on_the_smallest_window(
    rig: Rig, house: House
) -> None:
    taps = ("shift", "cash_desk", "tab_tapped:open", "open:check:c0")
    root = rig.mount(screen_of(view_of(house, Place("why", taps), "uk")), (1024, 600))
    assert not faults_of(root)


def test_every_payment_can_be_seen_where_not_all_have_room(rig: Rig, house: House) -> None:
    place = next(x for x in PLACES if x.name == "payment_paid")
    view = view_of(house, place, "uk")
    root = rig.mount(screen_of(view), (1024, 600))
    seen: list[object] = []
    for _ in range(root.ids.paid.count):
        cards = [w.model for w in everything(root.ids.paid) if type(w).__name__ == "NoticeCard"]
        seen = cards + seen
        rig.tap(next(w for w in targets(root) if w.action() == "turn"))
    assert tuple(seen) == view.paid
    assert len(seen) == 5


BESIDE = ("floor_hold", "new_tab", "search", "weight", "more", "hand_over")
"""Sheets beside which one may still work: they ask for no money and no reason."""
ALONE = ("void", "discount", "split_amount", "over_limit", "pin_change")


@pytest.mark.parametrize("size", [(1024, 600), (800, 1280)], ids=str)
@pytest.mark.parametrize("name", BESIDE + ALONE)
def test_a_finger_beside_a_button_of_a_sheet_hits_nothing_under_it(
    rig: Rig, house: House, name: str, size: tuple[int, int]
) -> None:
    from pos_app.widgets.sheet import QuestionSheet

    place = next(x for x in PLACES if x.name == name)
    root = rig.mount(screen_of(view_of(house, place, "uk")), size)
    sheet = next(
        x for x in root.walk(restrict=True) if isinstance(x, QuestionSheet) and x.model.kind
    )
    own = {widget.action() for widget in targets(sheet) if hasattr(widget, "action")}
    acts: list[str] = []
    root.bind(on_act=lambda _, action: acts.append(action))
    asked = sheet if name in BESIDE else root
    x, y = asked.to_window(asked.x, asked.y)
    top = min(y + asked.height, root.height - 56)
    for across in range(12, int(asked.width), 67):
        for up in range(12, int(top - y), 47):
            rig.press_and_release((round(x + across), round(rig.window.height - (y + up))))
        rig.settle(1)
    rig.settle(3)
    assert acts, "its own buttons are there"
    assert set(acts) <= own


RAILS = (
    *(("floor", "new"), ("order", "tap_item:oysters"), ("payment", "take"), ("plan", "pick:t1")),
    *(("shift", "print_x"), ("devices", "find"), ("room_charge", "charge"), ("cash_desk", "do:")),
)


@pytest.mark.parametrize(("name", "action"), RAILS)
def test_for_the_left_hand_columns_change_places_on_every_screen(
    rig: Rig, house: House, name: str, action: str
) -> None:
    place = next(x for x in PLACES if x.name == name)
    root = rig.mount(screen_of(view_of(house, place, "uk")), (1024, 600))
    stood: list[float] = []
    for left_handed in (False, True):
        root.left_handed = left_handed
        rig.settle()
        if left_handed:
            rig.shot(f"everywhere_{name}_left")
        assert not faults_of(root)
        found = [
            widget.to_window(widget.center_x, 0)[0]
            for widget in targets(root)
            if hasattr(widget, "action") and widget.action().startswith(action)
        ]
        stood.append(sum(found) / len(found))
    assert abs(stood[0] - stood[1]) > 100
