"""A guest's club card at the terminal: held to a reader or typed, earned on, and paid with."""

from dataclasses import replace
from typing import Any

import pytest

from hardware.documents import Document
from hardware.raster import PAPER_80, render
from pos_app.presenters.flow import Flow
from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import CheckId, PaymentId
from sync_server.domain.outward import PaperJob, effects_of
from sync_server.paper.composing import compose
from sync_server.paper.figures import zone_of
from sync_server.protocol.replica import read_venue, write_venue
from tests.apps.conftest import SHOTS, Rig
from tests.apps.house import House, HouseDesk, served_check, signed_in
from tests.apps.test_cash_desk import SHIFT, desk_of, settle, typed
from tests.apps.test_cash_desk_by_touch import touch
from tests.apps.test_terminal import Hand, order, sign_in

IRYNA = "2900000000420"


@pytest.fixture
def house() -> House:
    """An open day and drawer; Iryna has a card with 100.00 on it."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(SHIFT, "1", 200_000), "taras")
    made.do(c.IssueClubCard(IRYNA, "Ірина Б."), "taras")
    flow = signed_in(made, "nadia")
    earlier = CheckId(served_check(made, flow))
    made.do(c.AttachClubCard(earlier, IRYNA), "nadia")
    points = replace(made.catalogue.settings.points, earn_bp=2_857)
    ordinary = made.catalogue
    settings = replace(ordinary.settings, points=points)
    made.catalogue = replace(ordinary, settings=settings)
    made.do(c.TakePayment(earlier, PaymentId("p0"), SHIFT, "card", 35_000), "nadia")
    made.catalogue = ordinary
    assert made.venue.club[IRYNA].balance_minor == 9_999
    return made


def in_words(flow: Flow) -> str:
    return str(flow.view().toast.text)


def offered(flow: Flow) -> str:
    """The button beside what is said."""
    act = flow.view().toast.act
    return act.id if act else ""


def receipt(house: House, check_id: CheckId) -> Document:
    """The receipt of a check that was just closed."""
    closed = house.venue.closed[check_id]
    made = e.ReceiptCopied(check_id, 1, closed.owner, house.now_ms)
    (effect,) = effects_of(made, house.venue, house.catalogue)
    job = effect.payload
    assert isinstance(job, PaperJob)
    return compose(job, house.catalogue, zone_of(house.catalogue))


@pytest.mark.parametrize("reader", ["card", "barcode", "scanned"])
def test_a_card_before_any_reader_is_on_the_check_pays_its_part_and_earns(
    house: House, reader: str
) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    flow.act(f"{reader}:{IRYNA}")
    settle(flow, house)
    assert "…0420 · Ірина Б.: балів 99,99" in in_words(flow).replace("\xa0", " ")
    assert "…0420 · 99,99" in [chip.label for chip in flow.view().view.head.left]
    flow.act("pay")
    flow.act(f"{reader}:{IRYNA}")
    shown = flow.view().view
    assert shown.take.label == "Балами 99,99\xa0₴"
    assert (shown.change.label, shown.change.value) == ("Можна балами", "99,99")
    flow.act("take")
    settle(flow, house)
    house.now_ms += 1_000
    flow.act("take")
    settle(flow, house)
    closed = house.venue.closed[check_id]
    assert [(p.tender, p.amount_minor) for p in closed.payments] == [
        ("points", 9_999),
        ("cash", 25_001),
    ]
    assert house.venue.club[IRYNA].balance_minor == 1_250
    assert "12,50" in flow.view().view.rounding
    said = repr(receipt(house, check_id)).replace("\\xa0", " ")
    for part in ("Клубна картка …0420", "Нараховано балів", "+12,50", "Сплачено балами", "99,99"):
        assert part in said
    assert IRYNA not in said, "who finds the receipt cannot spend the points"


def test_points_pay_no_more_than_the_share_of_the_bill_and_it_is_said_why(house: House) -> None:
    flow = signed_in(house, "taras")
    flow.act("table:t4")
    flow.act("tap_item:salo-platter")
    flow.act("send")
    house.settle()
    flow.act(f"card:{IRYNA}")
    settle(flow, house)
    flow.act("pay")
    flow.act("pay_by:points")
    shown = flow.view().view
    assert (shown.change.value, shown.take.label) == ("55,50", "Балами 55,50\xa0₴")
    assert shown.rounding == "на картці 99,99 · до 30\xa0% рахунку"
    typed(flow, "6000")
    flow.act("take")
    assert in_words(flow) == "Балами можна ще 55,50\xa0₴: усього до 30\xa0% рахунку"


def test_a_number_is_typed_where_there_is_no_reader_and_a_new_card_is_given(house: House) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    flow.act("ask_for:club_card")
    typed(flow, "7001")
    flow.act("confirm")
    assert "7001" in in_words(flow)
    assert offered(flow) == "club_give:7001"
    flow.act("club_give:7001")
    settle(flow, house)
    assert house.venue.checks[check_id].club_card == "7001"
    flow.act("cancel")
    flow.act(f"card:{IRYNA}")
    assert "спершу зніміть її" in in_words(flow)
    flow.act("club_look")
    assert offered(flow) == "club_off"
    flow.act("club_off")
    flow.act("pay")
    flow.act("pay_by:points")
    typed(flow, IRYNA)
    flow.act("confirm")
    settle(flow, house)
    assert house.venue.checks[check_id].club_card == IRYNA
    assert flow.view().view.take.label == "Балами 99,99\xa0₴"


def test_alone_a_terminal_attaches_a_card_and_spends_nothing(house: House) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    desk = flow.desk
    assert isinstance(desk, HouseDesk)
    desk.link = replace(desk.link, phase="offline")
    flow.act(f"card:{IRYNA}")
    flow.act("pay")
    flow.act("pay_by:points")
    flow.act("take")
    assert in_words(flow).startswith("Без сервера цього не можна")
    settle(flow, house)
    assert house.venue.checks[check_id].club_card == IRYNA


def test_the_cash_desk_gives_finds_and_looks_at_cards(house: House) -> None:
    flow = desk_of(house, "taras", "club")
    flow.act("do:give")
    flow.act("card:NEW-77")
    typed(flow, "Олег")
    flow.act("confirm")
    settle(flow, house)
    assert house.venue.club["NEW-77"].name == "Олег"
    assert [card.title for card in flow.view().view.cards] == ["NEW-77", IRYNA]
    flow.act("do:find")
    typed(flow, "iryna")
    flow.act("confirm")
    assert [card.title for card in flow.view().view.cards] == [IRYNA]
    flow.act(f"card:{IRYNA}")
    shown = flow.view().view
    assert (shown.side_title, shown.rows[1].value) == (IRYNA, "99,99")
    flow.act("do:give")
    flow.act(f"card:{IRYNA}")
    flow.act("confirm")
    assert "уже має інша картка" in in_words(flow)


def test_a_lost_card_is_blocked_and_its_points_go_to_the_guests_new_one(house: House) -> None:
    flow = desk_of(house, "nadia", "club")
    flow.act(f"open:{IRYNA}")
    flow.act("do:block")
    typed(flow, "загубила")
    flow.act("confirm")
    settle(flow, house)
    assert house.venue.club[IRYNA].blocked_ms
    (listed,) = flow.view().view.cards
    assert "Картку заблоковано" in listed.lines
    flow.act(f"open:{IRYNA}")
    assert "заблоковано" in str(flow.view().view.rows).lower()
    flow.act("do:move")
    flow.act("card:2900000000437")
    typed(flow, "загубила")
    flow.act("confirm")
    settle(flow, house)
    assert house.venue.club["2900000000437"].balance_minor == 9_999
    assert house.venue.club["2900000000437"].name == "Ірина Б."
    flow.act(f"open:{IRYNA}")
    shown = flow.view().view
    assert shown.rows[1].value == "2900000000437"
    assert {"do:block", "do:move", "do:free"}.isdisjoint(act.id for act in shown.actions)


def test_a_house_without_points_shows_nothing_of_them(house: House) -> None:
    house.venue.club.clear()
    plain: Any = replace(house.catalogue.settings.points, earn_bp=0)
    settings = replace(house.catalogue.settings, points=plain)
    house.catalogue = replace(house.catalogue, settings=settings)
    flow = signed_in(house, "taras")
    served_check(house, flow)
    flow.act("pay")
    assert "pay_by:points" not in [act.id for act in flow.view().view.tenders]
    tabs = desk_of(house, "taras", "drawer").view().view.tabs
    assert "tab_tapped:club" not in [act.id for act in tabs]


# -- a real window -----------------------------------------------------------------------------
def window_on(rig: Rig, house: House) -> tuple[Hand, Any]:
    """A terminal that has just started, with a reader that types."""
    from glass.lettering import register_fonts
    from pos_app.bridge import Bridge
    from pos_app.screens.stage import Stage

    register_fonts()
    stage, desk = Stage(), HouseDesk(house)
    bridge = Bridge(desk, stage)
    rig.mount(stage)
    return Hand(rig, desk, stage), bridge


def test_a_card_typed_by_its_reader_pays_a_part_and_the_rest_is_cash_and_all_outlives_a_restart(
    rig: Rig, house: House
) -> None:
    check_id = order(house, "t3", "taras", ["salo-platter", "herring-potato"], 20)
    hand, bridge = window_on(rig, house)
    sign_in(hand, "Taras D.", "7183")
    touch(hand, "table:t3")
    rig.type(IRYNA)
    rig.until(lambda: hand.sees("…0420 · 99,99"))
    house.settle()
    rig.settle()
    rig.shot("real_club_order")
    touch(hand, "pay")
    touch(hand, "pay_by:points")
    rig.shot("real_club_pay")
    touch(hand, "take")
    house.settle()
    house.now_ms += 1_000
    rig.settle()
    touch(hand, "take")
    house.settle()
    rig.settle()
    rig.shot("real_club_paid")
    assert hand.sees("Сплачено, решти немає")
    (paper,) = render(receipt(house, check_id))
    SHOTS.mkdir(parents=True, exist_ok=True)
    paper.image.save(SHOTS / "real_club_receipt.png")
    assert paper.image.width == PAPER_80.dots
    bridge.stop()
    rig.clear()
    # The server starts again from its saved state, the terminal from the server.
    house.venue, house.desks = read_venue(write_venue(house.venue)), []
    hand, bridge = window_on(rig, house)
    sign_in(hand, "Taras D.", "7183")
    hand.tap("Зміна 1")
    hand.tap("Каса")
    hand.tap("Клубні картки")
    touch(hand, f"open:{IRYNA}")
    assert hand.sees("12,50")
    rig.shot("real_club_after_restart")
    bridge.stop()
