"""How large the benchmarks are: as the requirement says, or tiny to see that the runner works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes of all benchmarks. Seconds are those of one measurement; `year_days` is how much of
    the year of a busy house is lived, at its full pace (0: a fortnight of a small one)."""

    tills: int = 50
    seconds: float = 8.0
    clients: tuple[int, ...] = (1, 4, 16, 50)
    journal_events: int = 1_000_000
    offline_terminals: int = 10
    offline_commands: int = 500
    tickets: int = 200
    windows: bool = True
    year_days: int = 150


TINY = Scale(
    tills=3,
    seconds=0.3,
    clients=(1, 2),
    journal_events=2_000,
    offline_terminals=2,
    offline_commands=10,
    tickets=2,
    windows=False,
    year_days=0,
)
