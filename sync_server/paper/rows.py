"""Rows that several documents share: a name with its sum, a heading between two rules."""

from collections.abc import Iterator

from hardware.documents import Align, Block, Cell, Columns, Rule, Size, Stroke, Text


def sum_row(name: str, amount: str, size: Size = Size.NORMAL, bold: bool = False) -> Columns:
    """A name on the left, its figure on the right; the figure is never wrapped."""
    return Columns(
        (Cell(name), Cell(amount, align=Align.RIGHT, keep=True)),
        size,
        bold=bold,
    )


def grand(name: str, amount: str) -> Iterator[Block]:
    """The sum that counts, large between heavy rules."""
    yield Rule(Stroke.HEAVY)
    yield sum_row(name, amount, Size.LARGE, bold=True)
    yield Rule(Stroke.HEAVY)


def centred(text: str, size: Size = Size.NORMAL, bold: bool = False) -> Text:
    """A line in the middle of the paper."""
    return Text(text, size, bold=bold, align=Align.CENTER)


def section(name: str) -> Iterator[Block]:
    """The heading of a part of a report."""
    yield Rule(Stroke.DASHED)
    yield Text(name, bold=True)
