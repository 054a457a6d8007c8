"""Two waiters, one table, both without Wi-Fi: Olena's tablet is back first, then Ihor's.

Each row of the conflict table (reliability 2.8): what Ihor is told, and what stands at the end.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.ids import ChargeId, CheckId, LineId

from .scene import IHOR, L1, L2, OLENA, PETRO, SHIFT, K, Scene, played

J = CheckId("j")


@dataclass(frozen=True)
class Row:
    """`first` happens at Olena's tablet, then `second` at Ihor's, neither knowing of the other."""

    name: str
    sent: bool
    first: Callable[[Scene], None]
    second: Callable[[Scene], None]
    told: tuple[str, str]
    stands: Callable[[Scene], bool]


def _tap(who: str, *commands: object) -> Callable[[Scene], None]:
    def tap(scene: Scene) -> None:
        for command in commands:
            scene.tap(who, command)

    return tap


def _open(who: str, check_id: str) -> Callable[[Scene], None]:
    def tap(scene: Scene) -> None:
        number = scene.desk(who).next_number()
        scene.tap(who, c.OpenCheck(CheckId(check_id), number, "table", "t1"))

    return tap


def _add(who: str, line_id: str, item: str = "fries") -> Callable[[Scene], None]:
    return lambda scene: scene.tap(who, c.AddLines(K, (scene.dish(line_id, item),)))


def _pay(who: str, name: str) -> Callable[[Scene], None]:
    return lambda scene: scene.pay(who, name)


def _lines(scene: Scene, check_id: str = "k") -> list[str]:
    return [line.line_id for line in scene.check(check_id).live]


def _continued(scene: Scene) -> bool:
    (new,) = [check for check in scene.server.checks.values() if check.continues == K]
    return new.number == f"{scene.check().number}/2" and _lines(scene, new.check_id) == ["l3"]


def _fired(check: Check, line_id: str) -> int:
    line = check.line(line_id)
    return line.fire_no if line is not None else -1


def _void(who: str) -> Callable[[Scene], None]:
    return _tap(who, c.VoidLine(K, L2, 1_000, "guest-left", False))


STOP = _tap(PETRO, c.StopItem("fries", 0))
ROWS = (
    Row(
        "both open a check at table 1: both stand",
        False,
        _open(OLENA, "a"),
        _open(IHOR, "b"),
        ("adjusted", "table_shared"),
        lambda scene: {"a", "b"} <= scene.server.checks.keys(),
    ),
    Row(
        "both add dishes: all are kept",
        False,
        _add(OLENA, "l3"),
        _add(IHOR, "l4"),
        ("accepted", ""),
        lambda scene: _lines(scene) == ["l1", "l2", "l3", "l4"],
    ),
    Row(
        "dishes for a check that was paid meanwhile: a new check continues it",
        True,
        _pay(OLENA, "p1"),
        _add(IHOR, "l3"),
        ("adjusted", "continued"),
        _continued,
    ),
    Row(
        "both change an unsent dish: the first stands, the second is told",
        False,
        _tap(OLENA, c.ChangeLine(K, L2, 3_000, (), 0, 2, "", "")),
        _tap(IHOR, c.ChangeLine(K, L2, 2_000, (), 0, 2, "", "")),
        ("refused", "line_changed"),
        lambda scene: scene.check().lines[1].qty_milli == 3_000,
    ),
    Row(
        "a dish was sent meanwhile: it is not changed any more",
        False,
        _tap(OLENA, c.SendLines(K, (L1, L2))),
        _tap(IHOR, c.ChangeLine(K, L2, 2_000, (), 0, 2, "", "")),
        ("refused", "line_sent"),
        lambda scene: scene.check().lines[1].qty_milli == 1_000,
    ),
    Row(
        "both send: the kitchen gets each dish once",
        False,
        _tap(OLENA, c.SendLines(K, (L1,))),
        _tap(IHOR, c.SendLines(K, (L1, L2))),
        ("adjusted", "fired_already"),
        lambda scene: [_fired(scene.check(), x) for x in ("l1", "l2")] == [1, 1],
    ),
    Row(
        "both void: the first counts, the second hears by whom",
        True,
        _void(OLENA),
        _void(IHOR),
        ("refused", "line_voided"),
        lambda scene: scene.check().voids_count == 1,
    ),
    Row(
        "a void of what was paid meanwhile: give the money back instead",
        True,
        _pay(OLENA, "p1"),
        _void(IHOR),
        ("refused", "check_closed"),
        lambda scene: scene.check().voids_count == 0,
    ),
    Row(
        "both give a discount: it is set once",
        False,
        _tap(OLENA, c.GiveDiscount(K, "g1", "gold")),
        _tap(IHOR, c.GiveDiscount(K, "g2", "sum")),
        ("refused", "discount_set"),
        lambda scene: [grant.grant_id for grant in scene.check().grants] == ["g1"],
    ),
    Row(
        "a split of what the first has changed: refused whole",
        False,
        _tap(OLENA, c.ChangeLine(K, L1, 1_000, (), 0, 1, "", "")),
        _tap(IHOR, c.MoveLines(K, J, (c.Move(L1, 1_000, LineId("x")),), "T2-001")),
        ("refused", "check_moved"),
        lambda scene: J not in scene.server.checks,
    ),
    Row(
        "a bill printed, then a coffee: the bill is known to be out of date",
        False,
        _tap(OLENA, c.PrintPreBill(K)),
        _add(IHOR, "l3"),
        ("accepted", ""),
        lambda scene: scene.check().billed != None,  # noqa: E711
    ),
    Row(
        "both take cash: the second is kept on suspense",
        True,
        _pay(OLENA, "p1"),
        _pay(IHOR, "p2"),
        ("adjusted", "paid_twice"),
        lambda scene: len(scene.server.suspense) == 1,
    ),
    Row(
        "the dish was stopped meanwhile: not fired, and loudly so",
        False,
        STOP,
        _tap(IHOR, c.SendLines(K, (L2,))),
        ("refused", "item_stopped"),
        lambda scene: _fired(scene.check(), "l2") == 0,
    ),
    Row(
        "stopped meanwhile, but on the cook's paper already: accepted, and the kitchen told",
        False,
        STOP,
        lambda scene: scene.tap(IHOR, c.SendLines(K, (L2,), "local"), "local"),
        ("adjusted", "stopped_but_printed"),
        lambda scene: _fired(scene.check(), "l2") == 1,
    ),
    Row(
        "the table was handed on and moved: the guests' dishes find them",
        True,
        _tap(OLENA, c.MoveCheck(K, "t7")),
        _add(IHOR, "l3"),
        ("accepted", ""),
        lambda scene: scene.check().table_id == "t7" and "l3" in _lines(scene),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(" ", "-"))
def test_the_conflict_ends_as_the_table_says(row: Row) -> None:
    async def story(scene: Scene) -> None:
        if row.sent:
            scene.tap(OLENA, c.SendLines(K, (L1, L2)))
            await scene.drained()
        for who in (OLENA, IHOR, PETRO):
            await scene.goes_away(who)
        row.first(scene)
        row.second(scene)
        await scene.comes_back(PETRO, OLENA, IHOR)
        last = max(
            (
                tap
                for tap in scene.world.history.taps.values()
                if tap.dev == scene.machine(IHOR).link.identity.dev
            ),
            key=lambda tap: tap.seq,
        )
        assert scene.outcome(IHOR, last.type) == row.told
        assert row.stands(scene), row.name
        if row.told[0] != "accepted":
            assert row.told[1] in [notice.code for notice in scene.notices("ihor")]

    played(story)


def test_a_room_is_not_charged_without_a_link() -> None:
    """Online only: the button is grey, and a tap on it says why."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        await scene.drained()
        await scene.goes_away(OLENA)
        charge = c.ChargeRoom(K, ChargeId("c1"), SHIFT, "stay-304", "304", "Guest 304", 1_000)
        assert scene.no(OLENA, charge).code == "room_offline"
        await scene.comes_back(OLENA)

    played(story)
