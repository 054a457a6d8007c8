"""The plan of a hall as its manager draws it, by fingers in a real window where fingers matter."""

from dataclasses import replace
from typing import Any

from pos_app.presenters.flow import Flow
from pos_app.presenters.plan_view import PlanView
from sync_server.domain import commands as c
from tests.apps import sample_person as sample
from tests.apps.conftest import Rig
from tests.apps.house import House
from tests.apps.set_up_house import SetUpDesk
from tests.apps.test_person import sign_in


def drawing(who: str = "andrii") -> Flow:
    """Somebody at his settings; the server's own set-up door answers."""
    house = House()
    house.do(c.OpenDay("2026-11-21"))
    flow = Flow(SetUpDesk(house))
    flow.view()
    sign_in(flow, house, who)
    flow.act("settings")
    return flow


def view(flow: Flow) -> PlanView:
    shown = flow.view().view
    assert isinstance(shown, PlanView)
    return shown


def table(flow: Flow, table_id: str) -> Any:
    return next(one for one in view(flow).tables if one.id == f"pick:{table_id}")


def test_only_who_may_set_up_the_house_finds_the_plan() -> None:
    assert drawing("olena").view().view.plan.label == ""
    assert drawing().view().view.plan.label


def test_tables_are_dragged_shaped_joined_undone_and_saved() -> None:
    flow = drawing()
    flow.act("plan")
    before = {one.id: one for one in view(flow).tables}
    flow.act("put:t2/101/63")
    assert (table(flow, "t2").x, table(flow, "t2").y) == (100, 65), "on the grid"
    flow.act("shape")
    assert table(flow, "t2").kind == "round"
    flow.act("seat:1")
    flow.act("pick:t3")
    flow.act("join")
    flow.act("pick:t4")
    assert table(flow, "t3").title == "3+4"
    assert len(view(flow).tables) == len(before) - 1
    flow.act("divide")
    assert len(view(flow).tables) == len(before)
    flow.act("undo")
    flow.act("undo")
    assert {one.title for one in view(flow).tables} == {one.title for one in before.values()}
    flow.act("add:stool")
    flow.act("name_it")
    for sign in ("back", "back", "Б", "1"):
        flow.act(f"key:{sign}")
    flow.act("confirm")
    flow.act("save")
    flow.desk.finish()  # type: ignore[attr-defined]
    assert flow.view().toast.text == "The plan is saved: every terminal has it"
    labels = {one.label: one for one in flow.desk.catalogue.tables.values()}
    assert (labels["2"].x, labels["2"].shape, labels["2"].seats) == (100, "round", 5)
    assert labels["Б1"].shape == "stool"
    assert not view(flow).undo.enabled


def test_a_plan_that_cannot_be_is_said_and_one_that_is_not_saved_is_not_lost() -> None:
    flow = drawing()
    flow.act("plan")
    flow.act("pick:t2")
    flow.act("name_it")
    flow.act("key:back")
    flow.act("key:1")
    flow.act("confirm")
    flow.act("save")
    assert "a name of its own" in flow.view().toast.text
    flow.act("back")
    shown = flow.view()
    assert (shown.screen, shown.toast.text) == ("plan", "The plan is not saved")
    assert shown.toast.act is not None
    flow.act(shown.toast.act.id)
    assert flow.view().screen == "floor"


def test_a_finger_carries_a_table_and_a_tap_picks_one(rig: Rig) -> None:
    from glass.lettering import register_fonts
    from pos_app.screens.stage import screen_class

    register_fonts()
    root = rig.mount(screen_class("plan")(vm=sample.PLAN))
    acts: list[str] = []
    root.bind(on_act=lambda _, action: acts.append(action))
    board = next(w for w in root.walk() if type(w).__name__ == "PlanBoard")
    first = next(w for w in board.children if getattr(w.model, "id", "") == "pick:t1")
    rig.tap(first)
    rig.until(lambda: acts)
    assert acts == ["pick:t1"]
    x, y = rig.centre(first)
    rig.drag((x, y), (x + round(board.width / 255 * 50), y + round(board.height / 140 * 40)))
    rig.until(lambda: len(acts) == 2)
    name, across, down = acts[1].rsplit("/", 2)
    assert name == "put:t1"
    assert abs(int(across) - 56) <= 1
    assert abs(int(down) - 47) <= 1
    root.vm = replace(sample.PLAN, tables=sample.PLAN.tables[1:])
    rig.settle()
    assert len([w for w in board.children if type(w).__name__ == "TableView"]) == 3
