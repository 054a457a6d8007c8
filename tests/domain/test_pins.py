"""Which PINs are none (reliability S-8), and how long one is."""

import pytest

from sync_server.domain.pins import is_weak
from tests.demo.loaded import demo_venue


@pytest.mark.parametrize(
    "pin",
    ["0000", "1234", "9876", "1987", "2026", "1212", "777777", "123456", "654321", "123123",
     "454545", "123", "", "12a4", "\u0664\u0660\u0667\u0661"],
)  # fmt: skip
def test_what_somebody_would_try_first_is_no_pin(pin: str) -> None:
    assert is_weak(pin)


@pytest.mark.parametrize("pin", ["4071", "1357", "2468", "1122", "640918", "198720"])
def test_others_are(pin: str) -> None:
    assert not is_weak(pin)


def test_nobody_of_the_demo_house_has_a_weak_one() -> None:
    assert not [one.staff_id for one in demo_venue().credentials if is_weak(one.pin)]
