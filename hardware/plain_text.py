"""A document as lines of plain text: for logs, previews, and printers that set their own type.

Rule: the same promises as the raster: nothing is lost, sums are not wrapped.
Neighbours: `documents`; `escpos_jobs` sends these lines to a printer in text mode.
"""

from collections.abc import Iterator
from dataclasses import replace

from hardware.cells import cells, padded
from hardware.documents import (
    QR,
    Align,
    Block,
    Cell,
    Columns,
    Cut,
    Document,
    KickDrawer,
    Logo,
    Rule,
    Signature,
    Space,
    Stroke,
    Text,
)

CUT = "\f"
_RULES = {Stroke.THIN: "─", Stroke.DASHED: "-", Stroke.HEAVY: "="}
_LEAST_ROOM = 8


def body_lines(document: Document, columns: int = 48) -> list[str]:
    """All but the footer, in lines of at most `columns` letters; a cut is the line `CUT`."""
    out: list[str] = []
    if document.copy_heading:
        out += [f"*** {line} ***" for line in wrapped(document.copy_heading, columns - 8)]
    if document.title:
        out += centred(document.title, columns)
    for block in document.blocks:
        out += block_lines(block, columns)
    return out


def block_lines(block: Block, columns: int) -> list[str]:
    """One block alone."""
    match block:
        case Text():
            return list(_text(block, columns))
        case Columns():
            of_row = block.cells
            if block.strike:
                of_row = tuple(
                    cell if cell.keep else replace(cell, text=f"~~{cell.text}~~") for cell in of_row
                )
            return _row(of_row, columns - block.indent, " " * block.indent)
        case Rule():
            return [_RULES[block.stroke] * columns]
        case Space():
            return [""]
        case Logo():
            return []
        case QR():
            return wrapped(f"[QR {block.data}] {block.caption}".strip(), columns)
        case Signature():
            return ["", "x" + "_" * (columns - 1), *wrapped(block.label, columns)]
        case Cut():
            return [CUT]
        case KickDrawer():
            return []


def centred(text: str, columns: int) -> list[str]:
    """A paragraph in the middle of the paper."""
    return [padded(line, columns, 1).rstrip() for line in wrapped(text, columns)]


def footer_lines(document: Document, columns: int = 48) -> list[str]:
    """The footer alone."""
    if not document.footer:
        return []
    return centred(document.footer, columns)


def _text(text: Text, columns: int) -> Iterator[str]:
    words = f"!! {text.text} !!" if text.inverse else text.text
    words = f"~~{words}~~" if text.strike else words
    room = columns - text.indent
    for line in wrapped(words, room):
        yield (" " * text.indent + _set(line, room, text.align)).rstrip()


def _row(of_row: tuple[Cell, ...], room: int, indent: str) -> list[str]:
    widths = [max(cell.width, cells(cell.text) * cell.keep) for cell in of_row]
    flexible = widths.count(0)
    rest = room - sum(widths) - len(of_row) + 1
    if len(of_row) == 1:
        widths = [room]
    elif rest < flexible * _LEAST_ROOM:
        return _row(of_row[:-1], room, indent) + _row(of_row[-1:], room, indent)
    elif flexible:
        widths = [width or rest // flexible for width in widths]
    columns = [wrapped(cell.text, width) for cell, width in zip(of_row, widths, strict=True)]
    lines: list[str] = []
    for number in range(max(len(column) for column in columns)):
        parts = [
            _set(column[number] if number < len(column) else "", width, cell.align)
            for cell, width, column in zip(of_row, widths, columns, strict=True)
        ]
        lines.append((indent + " ".join(parts)).rstrip())
    return lines


def _set(line: str, room: int, align: Align) -> str:
    return padded(line, room, {Align.LEFT: 0, Align.CENTER: 1, Align.RIGHT: 2}[align])


def wrapped(text: str, room: int) -> list[str]:
    """As `raster.wrap`, counting cells; the empty text is one empty line."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if cells(line) + bool(line) + cells(word) <= room:
            line = f"{line} {word}" if line else word
            continue
        if line:
            lines.append(line)
        while cells(word) > room:
            # A word of wide letters has half as many in the room, at least one.
            taken = next(n for n in range(min(room, len(word)), 0, -1) if cells(word[:n]) <= room)
            lines.append(word[:taken])
            word = word[taken:]
        line = word
    lines.append(line)
    return lines
