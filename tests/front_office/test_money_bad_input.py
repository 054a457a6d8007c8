"""What cannot be, sent to the real server over its own protocol: refused by name, nothing posted.

The same commands against the rules alone are in `tests/domain/test_till`; what the cashier reads is
in `tests/apps/test_money_bad_input`; the hotel's own bad news in `tests/hotel`.
"""

from sync_server.domain import commands as c
from sync_server.domain.ids import ChargeId, CheckId, PaymentId, ShiftId
from sync_server.domain.rejections import CODES
from sync_server.verify import verify
from tests.domain.test_till import NONSENSE
from tests.front_office.house import SH, House, K, Till

HUGE = 10**30


async def a_paid_check(till: Till) -> None:
    await till.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    await till.order()
    await till.must(c.TakePayment(K, PaymentId("p1"), SH, "card", 18_500))


async def test_negative_and_absurd_sums_are_refused_by_name_and_nothing_is_booked(
    house: House, till: Till
) -> None:
    await a_paid_check(till)
    books = house.rows("SELECT count(*), sum(amount_minor) FROM ledger")
    shift = house.office.venue.shifts[SH]
    for command in NONSENSE:
        answer = await till.do(command, by="nadia")
        assert answer.outcome == "refused", command
        assert answer.code in CODES, command
    assert house.rows("SELECT count(*), sum(amount_minor) FROM ledger") == books
    assert house.office.venue.shifts[SH] == shift
    await house.restart()
    assert house.office.venue.shifts[SH] == shift


async def test_a_number_that_no_book_can_hold_is_refused_and_the_next_command_works(
    house: House, till: Till
) -> None:
    await a_paid_check(till)
    for command in (
        c.MoveCash(SH, "in", HUGE, "why"),
        c.CountDrawer(SH, (c.DenominationCount(HUGE, 1),)),
        c.RefundPayment(K, PaymentId("r"), PaymentId("p1"), SH, -HUGE, "why"),
        c.SellVoucher("V", "gift", PaymentId("v"), SH, "card", HUGE),
    ):
        assert (await till.do(command, by="nadia")).outcome == "refused"
    await till.must(c.MoveCash(SH, "in", 100, "why"), by="nadia")
    assert house.office.venue.shifts[SH].drawer_minor == 200_100


async def test_what_is_said_of_a_number_that_adds_up_to_more_than_a_book_holds_can_be_read(
    house: House, till: Till
) -> None:
    """Each part fits the wire; the sum stood in the notice, and nobody could read the journal from
    there on: no terminal, and no server at its next start."""
    await a_paid_check(till)
    most = 2**63 - 1
    for command in (
        c.MoveCash(SH, "in", most, "why"),
        c.TakePayment(K, PaymentId("p2"), SH, "cash", most, most, most),
        c.TakePayment(K, PaymentId("p3"), SH, "card", -most, -most, -most),
        c.CountDrawer(SH, (c.DenominationCount(most, most),)),
        c.TakePayment(K, PaymentId("Z" * 500), ShiftId("Z" * 500), "Z" * 500, 1, 1),
    ):
        assert (await till.do(command, by="nadia")).outcome == "refused"
    assert len(house.notices) == 5
    assert verify(house.database) == []
    await house.restart()
    await till.must(c.MoveCash(SH, "in", 100, "why"), by="nadia")


async def test_more_than_was_paid_is_never_given_back_in_one_piece_or_in_many(
    house: House, till: Till
) -> None:
    await a_paid_check(till)
    back = 0
    for step, amount in enumerate((18_501, 10_000, 8_501, 8_500, 1)):
        refund = c.RefundPayment(K, PaymentId(f"r{step}"), PaymentId("p1"), SH, amount, "why")
        answer = await till.do(refund, by="nadia")
        back += amount if answer.outcome == "accepted" else 0
    assert back == 18_500 == house.office.venue.shifts[SH].figures.refunds_minor


async def test_a_room_is_charged_for_no_check_that_is_not_there_nor_more_than_is_due(
    house: House, till: Till
) -> None:
    await till.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    await till.order()
    guest = ("s1", "304", "Guest")
    for charge in (
        c.ChargeRoom(CheckId("none"), ChargeId("c1"), SH, *guest, 100),
        c.ChargeRoom(K, ChargeId("c2"), SH, *guest, 18_501),
        c.ChargeRoom(K, ChargeId("c3"), SH, *guest, -1),
        c.ChargeRoom(K, ChargeId("c4"), SH, *guest, 100, -1),
        c.ChargeRoom(K, ChargeId("c5"), SH, *guest, HUGE),
    ):
        answer = await till.do(charge)
        assert (answer.outcome, answer.code in CODES) == ("refused", True), charge
    assert not house.office.venue.charges
    assert not house.rows("SELECT n FROM effect WHERE kind = 'folio'")
