"""What a benchmark hands over: figures with their goal, beside what the machine itself can do.

A figure without a goal is there to explain another. `Report` gathers them and writes Markdown for
people and JSON for comparisons; nothing here measures.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

Verdict = Literal["met", "missed", ""]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `goal` is in the words of the requirement, `verdict` empty without one."""

    name: str
    value: float
    unit: str
    goal: str = ""
    verdict: Verdict = ""


@dataclass(slots=True)
class Section:
    """One benchmark: what was done in a sentence or two, and what came of it."""

    letter: str
    title: str
    how: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    load_before: float = 0.0
    load_after: float = 0.0
    others_share: float = 0.0
    yardstick_ms: float = 0.0

    def add(self, name: str, value: float, unit: str) -> None:
        """A figure that explains."""
        self.figures.append(Figure(name, value, unit))

    def at_most(self, name: str, value: float, unit: str, bound: float) -> None:
        """A figure that must not exceed `bound`."""
        verdict: Verdict = "met" if value <= bound else "missed"
        self.figures.append(Figure(name, value, unit, f"≤ {bound:g} {unit}", verdict))

    def at_least(self, name: str, value: float, unit: str, bound: float) -> None:
        """A figure that must reach `bound`."""
        verdict: Verdict = "met" if value >= bound else "missed"
        self.figures.append(Figure(name, value, unit, f"≥ {bound:g} {unit}", verdict))


@dataclass(slots=True)
class Report:
    """All sections of one run, and the machine they ran on."""

    machine: dict[str, str]
    sections: list[Section] = field(default_factory=list)

    def as_json(self) -> str:
        """For programs."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    def as_markdown(self) -> str:
        """For people."""
        lines = ["# Bench", ""]
        lines += [f"- {name}: {value}" for name, value in self.machine.items()]
        for section in self.sections:
            lines += ["", f"## ({section.letter}) {section.title}", "", section.how, ""]
            lines += _table(section.figures)
            lines += [f"- {note}" for note in section.notes]
            lines.append(
                f"- load average {section.load_before:.1f} before, {section.load_after:.1f} after; "
                f"other programs took {section.others_share:.0%} of the processors meanwhile; "
                f"a fixed piece of Python work took {section.yardstick_ms:.1f} ms of processor"
            )
        return "\n".join(lines) + "\n"


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie; 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _table(figures: Sequence[Figure]) -> list[str]:
    if not figures:
        return []
    rows = [
        f"| {one.name} | {_number(one.value)} {one.unit} | {one.goal} | {one.verdict} |"
        for one in figures
    ]
    return ["| figure | measured | goal | |", "|---|---:|---|---|", *rows, ""]


def _number(value: float) -> str:
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
