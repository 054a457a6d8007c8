"""Whatever is charged, its parts sum to the payment on every wire, by revenue group and tax."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, strategies as st

from sync_server.domain.events import FolioPart
from sync_server.domain.outward import FolioJob
from sync_server.effects.charge_text import posting_of
from sync_server.hotel.cloudbeds.messages import check_body
from sync_server.hotel.cloudbeds.settings import CloudbedsSettings
from sync_server.hotel.fias.messages import components
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.gateway import parts_total
from sync_server.hotel.rules import fault_of
from tests.effects.hotel_world import SETTINGS, job_of

_parts = st.lists(
    st.builds(
        FolioPart,
        st.sampled_from(["food", "bar", "other", "service"]),
        st.sampled_from([0, 700, 1_400, 2_000]),
        st.integers(1, 5_000_000),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda part: (part.revenue_group, part.tax_bp),
)
GROSS = FiasSettings(port=1, slots={"food": 1, "bar": 2})
NET = FiasSettings(port=1, tax="net_and_tax", tax_slots={"700": 2, "2000": 1})


def job(parts: list[FolioPart], tip: int) -> FolioJob:
    """A charge of these parts."""
    made = job_of("c1")
    amount = sum(part.gross_minor for part in parts)
    asked = replace(made.asked, parts=tuple(parts), amount_minor=amount, tip_minor=tip)
    return replace(made, asked=asked)


@given(_parts, st.integers(0, 100_000))
def test_a_charge_and_its_reversal_sum_to_the_payment_on_every_wire(
    parts: list[FolioPart], tip: int
) -> None:
    charge = posting_of(job(parts, tip), SETTINGS)
    assert fault_of(charge) is None
    back = [replace(part, gross_minor=-part.gross_minor) for part in parts]
    reversal = posting_of(replace(job(back, -tip), reverses="c0"), SETTINGS)
    for posting in (charge, reversal):
        assert parts_total(posting) == posting.total_minor
        for site in (GROSS, NET):
            assert sum(components(posting, site).values()) == posting.total_minor
    for name, sum_ in components(charge, NET).items():
        assert components(reversal, NET)[name] == -sum_, "a reversal mirrors to the unit"
    told = check_body(charge, CloudbedsSettings(property_id="7"))["totals"].values()
    assert sum(Decimal(sum_) for sum_ in told) * 100 == charge.total_minor
