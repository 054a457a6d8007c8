"""Commands and events as an earlier version wrote them are still read, and mean what they meant."""

import json
from typing import Any

import pytest

from sync_server.domain import commands as c, events as e
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import CODEC

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


def event(name: str, **body: Any) -> Any:
    return CODEC.decode_event(name, 1, spelled(body))


def command(name: str, **body: Any) -> Any:
    return CODEC.decode_command(name, 1, spelled(body))


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


@pytest.mark.parametrize("version", [0, 9])
def test_a_version_that_does_not_exist_is_refused(version: int) -> None:
    with pytest.raises(FrameFault):
        CODEC.decode_event("LinesAdded", version, spelled({"check_id": "k", "lines": []}))
