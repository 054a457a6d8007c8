"""Draws `history` on a terminal, or as JSON for programs. No decision is made here."""

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .history import Happening, OpenCheck, Picture


def as_text(picture: Picture, as_json: bool) -> None:
    """The venue at one event."""
    console = Console()
    if as_json:
        console.out(msgspec.json.encode(picture).decode(), highlight=False)
        return
    day = f"day {picture.day}" if picture.day else "no day open"
    console.print(f"[bold]after event {picture.n}[/] of {picture.head_n} · {picture.at} · {day}")
    for check in picture.checks:
        console.print(_check(check))
    _listed(
        console,
        "tickets",
        [(t.station, t.check, t.state, t.seen, "; ".join(t.dishes)) for t in picture.tickets],
        ("station", "check", "state", "seen", "dishes"),
    )
    _listed(
        console,
        "shifts",
        [
            (str(s.number), s.drawer, s.cashier, s.state, s.expected, s.sales)
            for s in picture.shifts
        ],
        ("no", "drawer", "cashier", "state", "in the drawer", "sales"),
    )
    for title, words in (
        ("room charges", picture.charges),
        ("stopped", picture.stopped),
        ("notices", picture.notices),
    ):
        if words:
            console.print(f"[bold]{title}[/]: {escape(', '.join(words))}")


def as_table(happenings: list[Happening], as_json: bool) -> None:
    """What happened, a row for each event."""
    console = Console()
    if as_json:
        console.out(msgspec.json.encode(happenings).decode(), highlight=False)
        return
    rows = [(str(h.n), h.at, h.who, h.device, h.what, h.details) for h in happenings]
    _listed(console, "", rows, ("n", "when", "who", "where", "what", ""))


def _check(check: OpenCheck) -> Table:
    title = f"{check.number} · {check.place} · {check.owner} · {check.total}, due {check.due}"
    table = Table("", "", "", "", title=escape(title), title_justify="left", show_header=False)
    for line in check.lines:
        table.add_row(line.quantity, escape(line.dish), line.state, line.amount)
    return table


def _listed(
    console: Console, title: str, rows: Sequence[tuple[str, ...]], heads: tuple[str, ...]
) -> None:
    if not rows:
        return
    table = Table(*heads, title=title or None, title_justify="left")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
