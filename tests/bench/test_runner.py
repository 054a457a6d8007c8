"""The benchmarks run: every one of them at a tiny size. Nothing is said of how fast they are."""

import json
import subprocess
import sys
from pathlib import Path

from tests.bench.__main__ import BENCHES
from tests.bench.child import ROOT


def test_every_benchmark_runs_and_the_report_has_a_section_for_each(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.bench", "--tiny", "--out", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=900,
    )
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert [section["letter"] for section in report["sections"]] == list(BENCHES)
    assert all(section["figures"] for section in report["sections"])
    assert "| figure | measured | goal | |" in (tmp_path / "report.md").read_text("utf-8")
