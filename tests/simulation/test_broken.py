"""Each broken variant of the protocol is noticed within evenings that the unbroken one passes."""

import pytest

from . import broken_outside
from .broken import VARIANTS, Variant, broken
from .evening import LONG_S, Violation, run
from .test_evenings import AT_LEAST
from .world import prepared


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: one.name)
def test_a_broken_promise_is_noticed(variant: Variant) -> None:
    prepared()
    with broken(variant):
        for seed in (variant.seed, *range(AT_LEAST)):
            try:
                run(seed, LONG_S)
            except Violation:
                return
    pytest.fail(f"{AT_LEAST} evenings passed although {variant.name}")


def test_there_are_enough_of_them() -> None:
    assert broken_outside.__name__ in {one.breaks.__module__ for one in VARIANTS}
    assert len(VARIANTS) >= 25
    assert len({one.name for one in VARIANTS}) == len(VARIANTS)
