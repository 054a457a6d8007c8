"""A room charge taken back: when it may be, what it sends, and what becomes of money and sale."""

from collections import Counter

import pytest

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import Stamp, balance
from sync_server.domain.folio import board_shares
from sync_server.domain.ids import ChargeId, CheckId, ShiftId
from sync_server.domain.ledger import entries
from sync_server.domain.outward import FOLIO, FolioJob, PaperJob, effects_of
from sync_server.domain.rejections import Refused
from tests.builders import AHouse
from tests.domain.test_till import SH, K, a_check

CHARGE, BACK = ChargeId("c1"), ChargeId("c2")
REVERSE = c.ReverseCharge(CHARGE, BACK, ShiftId("sh"), "wrong guest")


def charged(tip: int = 0, part: int = 0, state: str = "posted") -> AHouse:
    """A check of 185.00 (or a part of it) charged to room 304."""
    house = a_check()
    due = part or balance(house.check())
    house.must(c.ChargeRoom(K, CHARGE, SH, "stay", "304", "Guest", due, tip), by="nadia")
    if state:
        house.must(c.SettleCharge(CHARGE, state, "F-1"), by="nadia")
    return house


def code(house: AHouse, command: object) -> str:
    """The refusal of a command."""
    answer = house.do(command, by="nadia")
    assert isinstance(answer, Refused), answer
    return answer.code


def booked(house: AHouse) -> Counter[str]:
    """The ledger of everything so far; each event sums to zero."""
    replay, sums = AHouse(house.menu, shift=False), Counter[str]()
    replay.venue = type(house.venue)()
    for event in house.events:
        charge = replay.venue.charges.get(getattr(event, "charge_id", ChargeId("")))
        told = (charge.amount_minor, charge.tip_minor) if charge else (0, 0)
        closed = getattr(event, "check_id", "") in replay.venue.closed
        found = entries(event, told, closed)
        assert sum(entry.amount_minor for entry in found) == 0, event
        for entry in found:
            sums[entry.account] += entry.amount_minor
        replay.venue.apply(event, Stamp(replay.venue.n + 1, "T1"))
    return sums


def test_the_reversal_is_a_posting_of_its_own_with_every_sign_turned() -> None:
    house = charged(tip=1_000)
    house.must(REVERSE, by="nadia")
    asked = house.events[-1]
    folio, *paper = effects_of(asked, house.venue, house.menu)
    assert isinstance(folio.payload, FolioJob)
    job = folio.payload
    assert (folio.kind, job.reverses, job.asked.charge_id) == (FOLIO, CHARGE, BACK)
    assert (job.asked.amount_minor, job.asked.tip_minor) == (-18_500, -1_000)
    assert sum(part.gross_minor for part in job.asked.parts) == -18_500
    for slip in paper:
        assert isinstance(slip.payload, PaperJob)
        assert slip.payload.document == "room_slip"


def test_nothing_is_given_back_before_the_hotel_has_taken_it_back() -> None:
    house = charged()
    before = booked(house)
    house.must(REVERSE, by="nadia")
    assert booked(house) == before
    house.must(c.SettleCharge(BACK, "refused", code="checked_out"), by="nadia")
    assert booked(house) == before
    house.must(c.ReverseCharge(CHARGE, ChargeId("c3"), SH, "again"), by="nadia")


def test_once_taken_back_room_tips_and_sale_are_as_if_it_had_not_been() -> None:
    house = charged(tip=1_000)
    assert booked(house)["room"] == 19_500
    house.must(REVERSE, by="nadia")
    house.must(c.SettleCharge(BACK, "posted", "F-2"), by="nadia")
    sums = booked(house)
    assert (sums["room"], sums["tips"]) == (0, 0)
    taken = sum(sum_ for name, sum_ in sums.items() if name.startswith(("sales", "refunds", "tax")))
    assert taken == 0
    (payment,) = house.venue.closed[CheckId("k")].payments
    assert (payment.refunded_minor, payment.refunded_tip_minor) == (18_500, 1_000)


def test_a_room_that_is_given_back_after_the_shift_was_closed_is_a_late_entry() -> None:
    house = charged()
    house.must(REVERSE, by="nadia")
    house.must(c.CountDrawer(SH, (c.DenominationCount(100_000, 2),)), by="nadia")
    house.must(c.CloseShift(SH), by="nadia")
    house.must(c.OpenShift(ShiftId("next"), "1", 100_000), by="nadia")
    house.must(c.SettleCharge(BACK, "posted", "F-2"), by="nadia")
    later = house.venue.shifts[ShiftId("next")].figures
    assert (later.refunds_minor, later.late[0].amount_minor) == (18_500, -18_500)


def test_of_an_open_check_the_part_is_due_again() -> None:
    house = charged(part=5_000)
    house.must(REVERSE, by="nadia")
    house.must(c.SettleCharge(BACK, "posted", "F-2"), by="nadia")
    assert balance(house.check()) == 18_500


def test_a_person_may_settle_an_unclear_reversal_like_any_charge() -> None:
    house = charged()
    house.must(REVERSE, by="nadia")
    house.must(c.SettleCharge(BACK, "unknown"), by="nadia")
    house.must(c.ResolveCharge(BACK, True), by="nadia")
    assert isinstance(house.events[-1], e.PaymentRefunded)
    assert house.venue.charges[BACK].state == "posted"


@pytest.mark.parametrize("state", ["", "unknown", "refused"])
def test_what_does_not_stand_is_not_taken_back(state: str) -> None:
    assert code(charged(state=state), REVERSE) == "charge_not_posted"


def test_a_charge_is_taken_back_once_with_a_reason_and_a_reversal_never() -> None:
    house = charged()
    assert code(house, c.ReverseCharge(CHARGE, BACK, SH, "")) == "no_reason"
    assert code(house, c.ReverseCharge(ChargeId("x"), BACK, SH, "why")) == "no_charge"
    house.must(REVERSE, by="nadia")
    assert code(house, REVERSE) == "duplicate_id"
    assert code(house, c.ReverseCharge(CHARGE, ChargeId("c3"), SH, "why")) == "charge_reversed"
    house.must(c.SettleCharge(BACK, "posted", "F-2"), by="nadia")
    assert code(house, c.ReverseCharge(BACK, ChargeId("c3"), SH, "why")) == "charge_not_posted"


def test_the_board_pays_by_category_and_the_remainder_is_charged() -> None:
    """Two guests of 20.00 a day each: food 23.00 and lamb 14.00 are covered, drinks 10.00 are not,
    of coffees 7.00 the last 3.00 are; the folio gets 14.00 (features-commercial E.20)."""
    part = e.FolioPart
    charged_parts = (
        part("food", 2_000, 2_300),
        part("lamb", 2_000, 1_400),
        part("coffee", 2_000, 700),
        part("drinks", 2_000, 1_000),
    )
    paid = board_shares(charged_parts, [(("food", "lamb", "coffee"), 2 * 2_000)])
    assert paid == {"food": 2_300, "lamb": 1_400, "coffee": 300}
    assert sum(one.gross_minor for one in charged_parts) - sum(paid.values()) == 1_400
