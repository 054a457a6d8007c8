"""An evening at the terminal without a window: what is shown, and what each tap does.

The presenters stand on the demo venue and the real domain (`house`); there is no Kivy here.
"""

import pytest

from pos_app.desk import Link
from pos_app.presenters.flow import Flow, Shown
from pos_app.presenters.presenter import Place, Presenter
from pos_app.presenters.shown import Act, Row
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId, ShiftId
from sync_server.domain.staff import discount_limit
from tests.apps.house import MINUTE, House, HouseDesk, served_check, signed_in


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(ShiftId("shift"), "1", 200_000), "taras")
    return made


def lines(shown: Shown) -> list[Row]:
    return [row for row in shown.view.rows if row.kind == "line"]


def enabled(acts: tuple[Act, ...]) -> list[str]:
    return [act.id for act in acts if act.enabled]


def test_a_wrong_pin_is_told_in_words_and_lets_one_try_again(house: House) -> None:
    flow = Flow(HouseDesk(house))
    flow.act("person_tapped:olena")
    for figure in "0000":
        flow.act(f"key:{figure}")
    assert flow.view().view.message == "Перевіряю…"
    flow.desk.finish()  # type: ignore[attr-defined]
    shown = flow.view()
    assert (shown.screen, shown.view.message, shown.view.dots) == (
        "sign_in",
        "PIN не підходить",
        0,
    )


def test_people_who_do_not_work_at_a_terminal_have_no_tile(house: House) -> None:
    people = {person.id for person in Flow(HouseDesk(house)).view().view.people}
    assert "person_tapped:olena" in people
    assert "person_tapped:roman" not in people


def test_two_taps_lead_from_the_floor_to_a_dish_and_one_sends_it(house: House) -> None:
    flow = signed_in(house)
    flow.act("table:t3")
    flow.act("show_category:soups")
    borscht = next(t for t in flow.view().view.tiles if "орщ" in t.name)
    flow.act(borscht.id)
    flow.act(borscht.id)
    shown = flow.view()
    assert [(row.quantity, row.mark) for row in lines(shown)] == [("2×", "dot")]
    assert shown.view.send.label == "Надіслати 1"
    house.settle()
    assert [row.mark for row in lines(flow.view())] == ["check"]
    flow.act("send")
    assert [row.mark for row in lines(flow.view())] == ["dot"]
    house.settle()
    assert [row.mark for row in lines(flow.view())] == ["check"]
    house.draw_tickets()
    assert [row.mark for row in lines(flow.view())] == ["done_all"]
    house.bump_all()
    shown = flow.view()
    assert [row.mark for row in lines(shown)] == ["room_service"]
    assert shown.view.serve.label == "Подано 1"


def test_a_dish_that_needs_a_choice_asks_and_shows_the_price_live(house: House) -> None:
    flow = signed_in(house)
    flow.act("table:t3")
    steak = next(
        item
        for item in house.catalogue.items.values()
        if set(item.group_ids) >= {"doneness", "sauce"}
    )
    flow.act(f"tap_item:{steak.item_id}")
    shown = flow.view().view
    assert shown.side == "modifiers"
    assert not shown.modifiers.add.enabled
    assert "щонайменше 1" in shown.modifiers.add.label
    groups = {group.title: group for group in shown.modifiers.groups}
    flow.act(groups["Ступінь просмаження"].choices[1].id)
    sauces = house.catalogue.groups["sauce"].modifiers
    before = flow.view().view.modifiers.price
    flow.act(f"choose:{sauces[0].modifier_id}")
    assert flow.view().view.modifiers.price == before, "the first sauce is free"
    flow.act(f"choose:{sauces[1].modifier_id}")
    assert flow.view().view.modifiers.price != before
    flow.act("pre_mark:side")
    flow.act(f"choose:{sauces[2].modifier_id}")
    flow.act("ask_allergy")
    flow.act("quick:горіхи")
    flow.act("confirm")
    flow.act("portions:1")
    flow.act("add_made")
    (row,) = lines(flow.view())
    assert row.quantity == "2×"
    assert ("АЛЕРГІЯ: горіхи", "late") in row.details
    assert "окремо" in row.details[0][0]


def held_in_the_kitchen(house: House) -> Flow:
    """A held dish that the kitchen knows of, on the order screen."""
    flow = signed_in(house)
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    assert flow.view().view.hold.label == "Утримати"
    flow.act("hold")
    assert flow.view().view.hold.label == "Не утримувати"
    flow.act("send")
    house.settle()
    return flow


def test_held_lines_wait_and_are_fired_where_they_were_held(house: House) -> None:
    flow = held_in_the_kitchen(house)
    shown = flow.view().view
    assert [row.mark for row in shown.rows] == ["", "pause_circle"]
    assert (shown.hold.id, shown.hold.label) == ("fire", "Готувати подачу\u00a01")
    flow.act("fire")
    house.settle()
    assert flow.view().view.rows[0].aside.startswith("готується")


def test_the_orange_button_sends_and_never_means_anything_else(house: House) -> None:
    flow = held_in_the_kitchen(house)
    flow.act("send")
    assert house.waiting == [], "a second tap right after sending fires nothing"
    assert (flow.view().view.send.id, flow.view().view.send.enabled) == ("send", False)
    flow.act("fire")
    house.settle()
    for ticket in list(house.venue.tickets.values()):
        house.cook(c.BumpTicket(ticket.ticket_id))
    shown = flow.view().view
    assert (shown.send.enabled, shown.serve.label) == (False, "Подано 1")
    flow.act("send")
    assert house.waiting == []
    flow.act("serve")
    assert len(house.waiting) == 1
    house.settle()
    assert flow.view().view.serve.label == "", "it stands there only while something waits"


def sent_salo(house: House, flow: Flow) -> str:
    """A dish with the kitchen, picked; its check."""
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    flow.act("send")
    house.settle()
    flow.act(lines(flow.view())[0].id)
    return flow.place.check_id


def approve(flow: Flow, house: House, pin: str = "") -> None:
    """Nadia comes and types her PIN."""
    sheet = flow.view().view.sheet
    assert [act.id for act in sheet.choices][:1], sheet
    flow.act("approver:nadia")
    for figure in pin or house.pins["nadia"]:
        flow.act(f"key:{figure}")
    flow.desk.finish()  # type: ignore[attr-defined]


def test_a_waiter_voids_what_the_kitchen_has_with_a_managers_approval_on_the_spot(
    house: House,
) -> None:
    flow = signed_in(house)
    sent_salo(house, flow)
    flow.act("void")
    flow.act("reason_tapped:too-long")
    flow.act("confirm")
    sheet = flow.view().view.sheet
    assert sheet.title == "Хто дозволяє?"
    assert "скасовувати надіслане" in sheet.text
    people = {act.id for act in sheet.choices}
    assert "approver:nadia" in people
    assert "approver:olena" not in people, "nobody approves for themselves"
    approve(flow, house, "000000")
    assert flow.view().view.sheet.hint == "PIN не підходить"
    approve_again = house.pins["nadia"]
    for figure in approve_again:
        flow.act(f"key:{figure}")
    assert flow.view().view.sheet.entry == "•" * len(approve_again)
    flow.desk.finish()  # type: ignore[attr-defined]
    shown = flow.view()
    assert "Дозвіл дає Nadia" in shown.toast.text
    assert shown.view.side == "menu"
    house.settle()
    (row,) = lines(flow.view())
    assert row.struck


def test_without_the_server_nobody_can_approve_and_that_is_said(house: House) -> None:
    flow = signed_in(house)
    sent_salo(house, flow)
    flow.desk.link = Link("offline", offline_since_ms=house.now_ms)  # type: ignore[misc]
    flow.act("void")
    flow.act("reason_tapped:too-long")
    flow.act("confirm")
    shown = flow.view()
    assert "потрібен сервер" in shown.toast.text
    assert shown.view.sheet.title.startswith("Скасувати"), "the question stays open"


def test_a_discount_over_ones_limit_needs_an_approval(house: House) -> None:
    flow = signed_in(house)
    sent_salo(house, flow)
    flow.act("ask_for:discount")
    mine, hers = (discount_limit(house.catalogue, who) for who in ("olena", "nadia"))
    high = next(d for d in house.catalogue.discounts.values() if mine < d.rate_bp <= hers)
    act = next(a for a in flow.view().view.sheet.choices if a.id.endswith(high.discount_id))
    assert (act.enabled, act.note) == (True, "з дозволом")
    flow.act(act.id)
    approve(flow, house)
    house.settle()
    (check,) = house.venue.checks.values()
    assert [grant.rate_bp for grant in check.grants] == [high.rate_bp]


def test_a_manager_voids_without_asking_anybody(house: House) -> None:
    flow = signed_in(house)
    check_id = sent_salo(house, flow)
    flow.act("back")
    flow.act("lock")
    manager = signed_in(house, "nadia")
    manager.act(f"check:{check_id}")
    manager.act(lines(manager.view())[0].id)
    manager.act("void")
    assert not manager.view().view.sheet.confirm.enabled
    manager.act("reason_tapped:too-long")
    manager.act("confirm")
    (row,) = lines(manager.view())
    assert row.struck
    assert "Довго чекали" in row.details[0][0]


def test_people_stand_by_role_then_name(house: House) -> None:
    people = [person.id.partition(":")[2] for person in Flow(HouseDesk(house)).view().view.people]
    roles = list(house.catalogue.roles)
    staff = house.catalogue.staff
    wanted = sorted(people, key=lambda key: (roles.index(staff[key].role_id), staff[key].name))
    assert people == wanted


def test_a_colleagues_table_says_whose_it_is(house: House) -> None:
    house.do(c.OpenCheck(CheckId("x"), "A-0001", "table", "t5", "", 2), "ihor")
    flow = signed_in(house)
    flow.act("table:t5")
    shown = flow.view()
    assert shown.screen == "floor"
    assert "Ihor B." in shown.toast.text


def test_the_floor_tells_what_is_ready_and_what_is_late(house: House) -> None:
    flow = signed_in(house)
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    flow.act("send")
    flow.act("back")
    house.settle()
    house.now_ms += 14 * MINUTE
    table = next(t for t in flow.view().view.tables if t.id == "table:t3")
    assert (table.state, table.badge) == ("late", "пізно +9 хв")
    house.bump_all()
    shown = flow.view().view
    table = next(t for t in shown.tables if t.id == "table:t3")
    assert (table.state, table.badge) == ("ready", "1 готова")
    assert shown.side[1].title == "Стіл 3"


def test_a_stopped_dish_cannot_be_tapped_and_a_countdown_shows(house: House) -> None:
    house.do(c.StopItem("oysters", 0))
    house.do(c.StopItem("salo-platter", 2000))
    flow = signed_in(house)
    flow.act("table:t3")
    flow.act("show_category:starters")
    tiles = {tile.id: tile for tile in flow.view().view.tiles}
    assert not tiles["tap_item:oysters"].enabled
    assert tiles["tap_item:salo-platter"].badge == "ще 2"


def test_a_terminal_older_than_its_server_or_that_never_saw_it_says_so(house: House) -> None:
    flow = signed_in(house)
    for link, said in (
        (Link("upgrade", saving=2), "застаріла для сервера"),
        (Link("connecting"), "Сервера ще не видно: замовлення"),
    ):
        flow.desk.link = link  # type: ignore[misc]
        assert said in flow.view().banner.text


def test_without_the_server_the_banner_says_what_still_works(house: House) -> None:
    flow = signed_in(house)
    flow.desk.link = Link("offline", saving=3, offline_since_ms=house.now_ms, hotel=False)  # type: ignore[misc]
    shown = flow.view()
    assert "готівка працюють" in shown.banner.text
    assert "3 записи чекають" in shown.banner.text
    served_check(house, flow)
    flow.act("pay")
    assert [act.id for act in flow.view().view.tenders if not act.enabled] == ["pay_by:room"]


def test_a_notice_stays_until_it_is_tapped_away(house: House) -> None:
    flow = signed_in(house)
    house.do(
        c.TellStaff("n1", "olena", "paid_twice", {"number": "A-0001", "amount_minor": 5000})  # type: ignore[arg-type]
    )
    banner = flow.view().banner
    assert "50,00\u00a0₴ зайві" in banner.text
    assert banner.act is not None
    flow.act(banner.act.id)
    assert flow.view().banner.text == ""


def test_each_person_reads_the_terminal_in_their_own_language(house: House) -> None:
    flow = signed_in(house, "yulia")
    assert flow.view().view.new.label == "New tab / takeaway"
    flow.act("lock")
    assert signed_in(house, "olena").view().view.new.label == "Новий рахунок / з\u00a0собою"


def test_an_empty_check_that_was_opened_by_mistake_leaves_no_trace(house: House) -> None:
    flow = signed_in(house)
    flow.act("table:t3")
    flow.act("back")
    house.settle()
    assert house.venue.checks == {}


def test_two_checks_on_a_table_are_told_apart_and_can_be_stepped_through(house: House) -> None:
    flow = signed_in(house)
    served_check(house, flow)
    flow.act("split")
    (bill,) = flow.view().view.bills
    flow.act(bill.rows[0].id)
    flow.act("to:new")
    flow.act("done")
    house.settle()
    first = flow.place.check_id
    assert flow.view().view.head.left[1].label.startswith("Рахунок 1 з 2")
    flow.act("next_check")
    assert flow.place.check_id != first
    assert len(lines(flow.view())) == 1


def test_nothing_that_is_shown_leads_to_an_unknown_intent(house: House) -> None:
    flow = signed_in(house, "andrii")
    served_check(house, flow)
    flow.act(lines(flow.view())[0].id)
    asked = ("more", "discount", "table", "colleague", "seat", "course", "guests", "fire_time")
    questions = (*asked, "service", "exempt", "tab_name")
    for question in questions:
        flow.act(f"ask_for:{question}")
        shown = flow.view().view
        assert shown.side == "sheet", question
        assert shown.sheet.choices or shown.sheet.keys, question
        flow.act("cancel")
    presenter = flow.presenter("order")
    known = set(presenter._intents)
    shown = flow.view().view
    for act in (*shown.actions, *shown.line_actions, *shown.strip, *shown.categories):
        assert act.id.partition(":")[0] in known, act
    line = LineId(lines(flow.view())[0].id.partition(":")[2])
    assert house.venue.checks[CheckId(flow.place.check_id)].line(line) is not None


def test_an_idle_terminal_locks_and_keeps_the_work_for_whoever_left_it(house: House) -> None:
    flow = Flow(HouseDesk(house), lock_after_ms=120_000)

    def enter(staff_id: str) -> None:
        flow.act(f"person_tapped:{staff_id}")
        for figure in house.pins[staff_id]:
            flow.act(f"key:{figure}")
        flow.desk.finish()  # type: ignore[attr-defined]

    flow.view()
    enter("olena")
    flow.view()
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    flow.act("ask_for:note")
    flow.act("quick:без солі")
    house.now_ms += 119_000
    assert flow.view().screen == "order"
    house.now_ms += 1_000
    assert flow.view().screen == "sign_in"
    enter("olena")
    shown = flow.view()
    assert (shown.screen, shown.view.sheet.entry) == ("order", "без солі")
    house.now_ms += 120_000
    flow.view()
    enter("ihor")
    assert flow.view().screen == "floor", "somebody else begins at the floor"
    flow.act("lock")
    enter("olena")
    assert flow.view().screen == "floor"


@pytest.mark.parametrize("who", ["andrii", "nadia"])
def test_of_a_terminal_and_its_copy_whoever_answers_for_the_house_lets_one_go_on(
    house: House, who: str
) -> None:
    flow = signed_in(house)
    flow.desk.link = Link("forked", saving=2)  # type: ignore[misc]
    assert flow.view().banner.text.startswith("Цей термінал відновлено з копії")
    assert flow.view().banner.act is None, "a waiter calls whoever may set terminals up"
    flow.act("begin_anew")
    assert flow.desk.link.phase == "forked"
    flow = signed_in(house, who)
    flow.desk.link = Link("forked", saving=2)  # type: ignore[misc]
    banner = flow.view().banner
    assert banner.act is not None
    flow.act(banner.act.id)
    flow.desk.finish()  # type: ignore[attr-defined]
    assert flow.desk.link.phase == "offline"
    said = flow.view().toast.text
    assert "2 entries" in said or "2 записи" in said


def test_a_terminal_that_was_shut_out_says_so_and_hands_over_what_it_kept(
    house: House,
) -> None:
    flow = signed_in(house)
    flow.desk.link = Link("refused", saving=3)  # type: ignore[misc]
    banner = flow.view().banner
    assert banner.text.startswith("Сервер більше не пускає цей термінал")
    assert "3 записи" in banner.text
    assert banner.act is not None
    flow.act(banner.act.id)
    flow.desk.finish()  # type: ignore[attr-defined]
    assert "/media/stick/vitrylo-unsent-T3.json" in flow.view().toast.text
    flow.desk.link = Link("refused")  # type: ignore[misc]
    assert flow.view().banner.act is None


def test_what_must_be_tapped_away_stands_over_every_screen(house: House) -> None:
    flow = signed_in(house)
    served_check(house, flow)
    house.do(c.TellStaff("n1", "olena", "paid_twice", {"number": "A-0001", "amount_minor": 5000}))  # type: ignore[arg-type]
    for screen in ("floor", "order", "payment", "room_charge", "shift"):
        flow.place.screen = screen
        banner = flow.view().banner
        assert banner.act is not None, screen
        assert banner.act.id == "seen:n1"


def test_a_refusal_says_the_day_of_what_was_not_today_and_knows_no_right_by_force(
    house: House,
) -> None:
    on = Presenter(HouseDesk(house, "olena"), Place())
    said = on.sentence("locked", {"until_ms": house.now_ms + 10 * MINUTE})
    assert said == f"Забагато спроб; зачекайте до {on.clock(house.now_ms + 10 * MINUTE)}"
    week_ago = house.now_ms - 7 * 24 * 60 * MINUTE
    said = on.sentence("reopen_late", {"at_ms": week_ago})
    assert f"{on.clock(week_ago)}, 14 лист." in said
    long_ago = house.now_ms - 400 * 24 * 60 * MINUTE
    assert on.sentence("voucher_expired", {"voucher": "G", "at_ms": long_ago}).endswith(" 2025")
    assert "fly" in on.sentence("not_allowed", {"right": "fly"}), "a newer server has more rights"
