"""The net under tests of real windows, browsers and processes: one more run, and never silently.

The suite's own `conftest.py` is tried on small tests that fail by plan, in processes of their own.
"""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

HERE = Path(__file__).parent
BY_PLAN = """
import pathlib
import pytest

@pytest.fixture(scope="package")
def looks(tmp_path_factory):
    return []

def test_is_sound(looks):
    looks.append(1)

def test_stumbles_once(looks):
    looks.append(1)
    tried = pathlib.Path(__file__).with_suffix(".tried")
    if not tried.exists():
        tried.touch()
        assert looks == "the page was not there yet"

def test_is_broken(looks):
    assert looks == "never"
"""


def test_a_test_of_windows_is_run_once_more_and_both_its_failures_are_told(
    pytester: pytest.Pytester,
) -> None:
    """In the areas that drive the machine; a rule of the house that fails has failed."""
    tests = pytester.mkdir("tests")
    (tests / "conftest.py").write_text((HERE / "conftest.py").read_text())
    for area in ("web", "domain"):
        (tests / area).mkdir()
        (tests / area / "__init__.py").touch()
        (tests / area / "test_by_plan.py").write_text(BY_PLAN)
    told = pytester.runpytest_subprocess(
        "-n", "2", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:pytester", "tests"
    )
    told.assert_outcomes(passed=3, failed=3)
    assert told.ret == pytest.ExitCode.TESTS_FAILED
    text = told.stdout.str()
    once, twice = (
        f"failed once, {how}: find out why" for how in ("passed the second time", "failed twice")
    )
    assert (text.count(once), text.count(twice)) == (1, 1)
    after = text.partition(once)[2]
    assert "tests/web/test_by_plan.py::test_stumbles_once" in after
    assert "the page was not there yet" in after
