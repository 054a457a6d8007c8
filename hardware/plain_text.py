"""A document as lines of plain text: for logs, previews, and printers that set their own type.

Rule: the same promises as the raster: nothing is lost, sums are not wrapped.
Neighbours: `documents`; `escpos_jobs` sends these lines to a printer in text mode.
"""

from collections.abc import Iterator
from dataclasses import replace

from hardware.documents import (
    QR,
    Align,
    Cell,
    Columns,
    Cut,
    Document,
    KickDrawer,
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
        out += [f"*** {line} ***" for line in _wrap(document.copy_heading, columns - 8)]
    if document.title:
        out += [line.center(columns).rstrip() for line in _wrap(document.title, columns)]
    for block in document.blocks:
        match block:
            case Text():
                out += _text(block, columns)
            case Columns():
                cells = block.cells
                if block.strike:
                    cells = tuple(
                        cell if cell.keep else replace(cell, text=f"~~{cell.text}~~")
                        for cell in cells
                    )
                out += _row(cells, columns - block.indent, " " * block.indent)
            case Rule():
                out.append(_RULES[block.stroke] * columns)
            case Space():
                out.append("")
            case QR():
                out += _wrap(f"[QR {block.data}] {block.caption}".strip(), columns)
            case Signature():
                out += ["", "x" + "_" * (columns - 1), *_wrap(block.label, columns)]
            case Cut():
                out.append(CUT)
            case KickDrawer():
                pass
    return out


def footer_lines(document: Document, columns: int = 48) -> list[str]:
    """The footer alone."""
    if not document.footer:
        return []
    return [line.center(columns).rstrip() for line in _wrap(document.footer, columns)]


def _text(text: Text, columns: int) -> Iterator[str]:
    words = f"!! {text.text} !!" if text.inverse else text.text
    words = f"~~{words}~~" if text.strike else words
    room = columns - text.indent
    for line in _wrap(words, room):
        yield (" " * text.indent + _set(line, room, text.align)).rstrip()


def _row(cells: tuple[Cell, ...], room: int, indent: str) -> list[str]:
    widths = [max(cell.width, len(cell.text) * cell.keep) for cell in cells]
    flexible = widths.count(0)
    rest = room - sum(widths) - len(cells) + 1
    if len(cells) == 1:
        widths = [room]
    elif rest < flexible * _LEAST_ROOM:
        return _row(cells[:-1], room, indent) + _row(cells[-1:], room, indent)
    elif flexible:
        widths = [width or rest // flexible for width in widths]
    columns = [_wrap(cell.text, width) for cell, width in zip(cells, widths, strict=True)]
    lines: list[str] = []
    for number in range(max(len(column) for column in columns)):
        parts = [
            _set(column[number] if number < len(column) else "", width, cell.align)
            for cell, width, column in zip(cells, widths, columns, strict=True)
        ]
        lines.append((indent + " ".join(parts)).rstrip())
    return lines


def _set(line: str, room: int, align: Align) -> str:
    if align is Align.RIGHT:
        return line.rjust(room)
    return line.center(room) if align is Align.CENTER else line.ljust(room)


def _wrap(text: str, room: int) -> list[str]:
    """As `raster.wrap`, counting letters; the empty text is one empty line."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if len(line) + bool(line) + len(word) <= room:
            line = f"{line} {word}" if line else word
            continue
        if line:
            lines.append(line)
        while len(word) > room:
            lines.append(word[:room])
            word = word[room:]
        line = word
    lines.append(line)
    return lines
