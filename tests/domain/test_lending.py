"""Rights lent to a colleague end by themselves, and are only what the lender has."""

from dataclasses import replace

from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import PaymentId, StaffId
from sync_server.domain.lending import rights_lent
from tests.builders import AHouse
from tests.domain.test_till import P1, SH, K, a_check, paid

HOUR = 3_600_000


def a_loan(house: AHouse, *rights: str, hours: int = 2) -> c.LendRights:
    """Nadia, who manages, lends to Olena, who waits."""
    return c.LendRights("l", StaffId("olena"), rights, house.now_ms + hours * HOUR, "holiday")


def test_a_lent_right_works_until_its_end_and_no_longer() -> None:
    house = paid(a_check())
    back = c.RefundPayment(K, PaymentId("r1"), P1, SH, 1_000, "cold soup")
    assert house.refused(back).code == "not_allowed"
    house.must(a_loan(house, "refund"), by="nadia")
    house.must(back)
    assert rights_lent(house.venue.lent.values(), "olena", house.now_ms) == {"refund"}
    house.now_ms += 2 * HOUR
    again = replace(back, refund_id=PaymentId("r2"))
    assert house.refused(again).code == "not_allowed"
    assert not rights_lent(house.venue.lent.values(), "olena", house.now_ms)
    (lent,) = house.happened(e.RightsLent)
    assert (lent.by, lent.reason) == ("nadia", "holiday")


def test_a_loan_is_taken_back_at_once_by_whoever_may_lend() -> None:
    house = AHouse()
    house.must(a_loan(house, "open_shift"), by="nadia")
    assert house.refused(c.TakeBackRights("l")).code == "not_allowed"
    house.must(c.TakeBackRights("l"), by="nadia")
    assert house.refused(c.TakeBackRights("l"), by="nadia").code == "nothing_to_do"
    assert house.refused(c.OpenShift(SH, "2", 0)).code == "not_allowed"


def test_nobody_lends_what_they_lack_nor_approving_nor_for_ever() -> None:
    house = AHouse()
    loan = a_loan(house, "refund")
    assert house.refused(loan, by="ihor").code == "not_allowed"
    assert house.refused(a_loan(house, "approve"), by="nadia").params == {"right": "approve"}
    assert house.refused(a_loan(house), by="nadia").code == "not_allowed"
    assert house.refused(a_loan(house, "refund", hours=0), by="nadia").code == "too_late"
    assert house.refused(a_loan(house, "refund", hours=24 * 90), by="nadia").code == "too_late"
    assert house.refused(replace(loan, reason=" "), by="nadia").code == "no_reason"
    assert (
        house.refused(replace(loan, staff_id=StaffId("nobody")), by="nadia").code == "unknown_staff"
    )
    assert (
        house.refused(replace(loan, staff_id=StaffId("nadia")), by="nadia").code == "unknown_staff"
    )
