"""The tax in a part of a sale: parts sum to the whole at every rate, to the smallest unit."""

from hypothesis import given, strategies as st

from sync_server.domain.invoices import taxes_in
from sync_server.domain.money import tax_inside

sales = st.dictionaries(
    st.sampled_from([0, 700, 1_400, 2_000]), st.integers(1, 1_000_000), min_size=1
)


@given(sales, st.integers(0, 20_000), st.integers(1, 10_000))
def test_a_part_of_a_sale_has_its_share_of_every_rate_and_nothing_is_lost(
    grosses: dict[int, int], tips: int, share_bp: int
) -> None:
    taxed = {rate: tax_inside(gross, rate) for rate, gross in grosses.items()}
    sold = {rate: (gross - taxed[rate], taxed[rate]) for rate, gross in grosses.items()}
    whole = sum(grosses.values()) + tips
    part = whole * share_bp // 10_000
    made = taxes_in(part, sold, tips)
    in_sales = sum(tax.base_minor + tax.tax_minor for tax in made)
    assert part - in_sales <= tips + 1, "only a tip bears no rate"
    assert in_sales <= part
    for tax in made:
        assert 0 <= tax.tax_minor <= sold[tax.rate_bp][1] + 1
    all_of_it = {tax.rate_bp: tax.tax_minor for tax in taxes_in(whole, sold, tips)}
    assert all(all_of_it.get(rate, 0) == tax for rate, tax in taxed.items())
