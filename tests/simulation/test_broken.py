"""Each broken variant of the protocol is noticed within evenings that the unbroken one passes."""

import inspect

import pytest

from sync_server.domain import decisions
from sync_server.front_office.bus import CommandBus

from . import broken_club, broken_link, broken_outside
from .broken import VARIANTS, Variant, Workshop, broken
from .evening import Evening, Violation, run
from .shapes_of_service import SHAPES
from .test_evenings import AT_LEAST
from .world import prepared

FUMBLED = ("TypeError(", "NameError(", "AttributeError(", "UnboundLocalError(")
"""A variant that falls over by itself proves nothing, though the evening does not end well."""


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: one.name)
def test_a_broken_promise_is_noticed(variant: Variant) -> None:
    prepared()
    with broken(variant):
        if variant.scene is not None:
            with pytest.raises(AssertionError):
                variant.scene()
            return
        for seed in (variant.seed, *range(AT_LEAST)):
            try:
                run(seed, shape=variant.shape)
            except Violation as noticed:
                own = [one for one in noticed.findings if any(word in one for word in FUMBLED)]
                assert not own, f"the variant itself does not work any more: {own}"
                return
    pytest.fail(f"{AT_LEAST} evenings passed although {variant.name}")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.__name__)
def test_the_unbroken_code_passes_the_evenings_that_notice(shape: type[Evening]) -> None:
    prepared()
    for seed in {0, *(one.seed for one in VARIANTS if one.shape is shape)}:
        run(seed, shape=shape)


def test_every_variant_still_fits_the_code_that_it_breaks() -> None:
    """Each is put on and taken off; afterwards the code is what it was."""
    before = [inspect.getattr_static(CommandBus, "_take_one"), dict(decisions._HANDLERS)]
    for variant in VARIANTS:
        with broken(variant):
            pass
    assert before == [inspect.getattr_static(CommandBus, "_take_one"), decisions._HANDLERS]


def test_a_variant_whose_code_has_moved_says_so() -> None:
    with pytest.raises(AssertionError, match="does not say 'words that went' any more"):
        Workshop().rewrite(CommandBus, "_take_one", ("words that went", ""))


def test_there_are_enough_of_them() -> None:
    homes = {one.breaks.__module__ for one in VARIANTS}
    assert {one.__name__ for one in (broken_club, broken_link, broken_outside)} <= homes
    assert len(VARIANTS) >= 88
    assert len({one.name for one in VARIANTS}) == len(VARIANTS)
