"""Commands and events as an earlier version wrote them are still read, and mean what they meant."""

import json
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from sync_server.domain import commands as c, events as e
from sync_server.domain.commands import COMMANDS
from sync_server.domain.events import EVENTS
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import CODEC

SHAPES = Path(__file__).parents[1] / "data" / "shapes.json"
"""By kind of command or event its version and a hash of its fields."""

LINE = {
    "line_id": "l1",
    "item_id": "borscht",
    "name": "Борщ",
    "menu_no": 1,
    "qty_milli": 2000,
    "unit_minor": 18500,
    "gross_minor": 37000,
    "tax_id": "vat",
    "tax_bp": 2000,
    "station_ids": ["hot"],
    "course": 1,
    "seat": 2,
    "at_ms": 5,
    "by": "olena",
    "chosen": [{"modifier_id": "garlic", "name": "часник", "price_minor": 0, "pre": "no"}],
    "note": "",
    "allergy": "nuts",
    "held": False,
    "state": "new",
    "sent": False,
    "fire_no": 0,
    "fired_ms": 0,
    "target_s": 420,
    "revenue_group": "food",
    "void_milli": 0,
    "void_by": "",
    "void_ms": 0,
    "void_reason": "",
    "origin": "",
    "changed_n": 0,
    "changed_dev": "",
    "changed_by": "",
    "changed_ms": 0,
}
GRANT = {
    "grant_id": "g",
    "discount_id": "gold",
    "name": "Gold",
    "by": "olena",
    "rate_bp": 500,
    "amount_minor": 0,
    "line_ids": [],
    "reason": "",
    "approved_by": "",
}
TOTALS = {
    "gross_minor": 37000,
    "discount_minor": 0,
    "service_minor": 0,
    "tax_minor": 6167,
    "total_minor": 37000,
    "taxes": [{"tax_id": "vat", "rate_bp": 2000, "base_minor": 37000, "tax_minor": 6167}],
}
SOLD = {
    "line_id": "l1",
    "fire_no": 1,
    "item_id": "borscht",
    "qty_milli": 2000,
    "station_id": "hot",
    "modifier_ids": ["-garlic"],
}
NEW = {
    "line_id": "l1",
    "item_id": "borscht",
    "menu_no": 1,
    "qty_milli": 2000,
    "choices": [{"modifier_id": "garlic", "pre": "no"}],
    "seat": 2,
    "course": -1,
    "note": "",
    "allergy": "nuts",
    "held": False,
}


def spelled(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def shape_of(kind: Any, above: tuple[Any, ...] = ()) -> Any:
    """The names of all fields of a kind, those of what it holds within."""
    if is_dataclass(kind) and kind not in above:
        hints = get_type_hints(kind)
        return [[one.name, shape_of(hints[one.name], (*above, kind))] for one in fields(kind)]
    return [shape_of(part, above) for part in get_args(kind)]


def event(name: str, **body: Any) -> Any:
    return CODEC.decode_event(name, 1, spelled(body))


def command(name: str, version: int = 1, **body: Any) -> Any:
    return CODEC.decode_command(name, version, spelled(body))


def test_a_line_of_before_is_a_whole_portion_without_a_share_or_a_time() -> None:
    made = event("LinesAdded", check_id="k", lines=[LINE])
    assert isinstance(made, e.LinesAdded)
    (line,) = made.lines
    assert (line.portion_milli, line.share_of, line.set_id, line.fire_ms) == (1000, 0, "", 0)
    assert line.chosen[0].recipe_milli == 1000
    moved = event(
        "LinesMoved",
        check_id="k",
        to_check_id="j",
        gone=["l1"],
        left=[],
        lines=[LINE],
        by="o",
        at_ms=1,
    )
    assert moved.lines == made.lines


def test_a_firing_of_before_takes_the_whole_recipe() -> None:
    fired = event("LinesFired", check_id="k", sold=[SOLD], at_ms=1, by="o", day="d", route="server")
    assert fired.sold[0].portion_milli == 1000


def test_a_grant_a_bill_and_an_order_of_before_mean_what_they_meant() -> None:
    assert event("DiscountGiven", check_id="k", grant=GRANT, at_ms=1).grant.kind == "discount"
    bill = event("PreBillPrinted", check_id="k", copy=1, totals=TOTALS, by="o", at_ms=1)
    assert (bill.totals.surcharge_minor, bill.totals.total_minor) == (0, 37000)
    order = command("AddLines", check_id="k", lines=[NEW])
    assert isinstance(order, c.AddLines)
    assert (order.lines[0].parts, order.lines[0].price_minor) == ((), -1)
    void = command("VoidLine", check_id="k", line_id="l1", qty_milli=1, reason="r", made=True)
    assert void.kind == "void"


def test_a_ticket_and_a_void_of_before_are_read_without_tables_and_papers() -> None:
    words = ("ticket_id", "check_id", "check_number", "station_id", "kind", "table_id", "name")
    ticket = {**dict.fromkeys(words, "x"), "guests": 2, "waiter": "o", "course": 1, "lines": []}
    old = spelled({**ticket, "at_ms": 5, "printed_ms": 0})
    assert CODEC.decode_event("TicketOpened", 1, old).joined == ()
    body = {"check_id": "k", "line_id": "l1", "qty_milli": 1, "reason": "r", "made": True}
    assert command("VoidLine", 2, **body, kind="void").printed_at == ()
    assert command("JoinTables", check_id="k", table_ids=["t2"]).printed_at == ()
    assert command("BumpTicket", ticket_id="t").version == 0, "the ticket as it stands"


def test_no_kind_changes_its_fields_and_keeps_its_version() -> None:
    """If this fails: raise the version of the kinds named (`protocol.replica`), so that journals
    and outboxes of before are read still, then write what stands now to the file."""
    now = {
        name: [CODEC.version(name), sha256(spelled({"is": shape_of(kind)})).hexdigest()[:16]]
        for name, kind in sorted({**COMMANDS, **EVENTS}.items())
    }
    assert now == json.loads(SHAPES.read_text("utf-8"))


@pytest.mark.parametrize("version", [0, 9])
def test_a_version_that_does_not_exist_is_refused(version: int) -> None:
    with pytest.raises(FrameFault):
        CODEC.decode_event("LinesAdded", version, spelled({"check_id": "k", "lines": []}))
