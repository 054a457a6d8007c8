"""A document as the bytes of an ESC/POS printer, in pieces small enough to lose little.

Rule: the end of the document (its footer and the last cut) is kept apart, so that the driver can
put a mark before it and know afterwards whether the end was begun.
Encoding is python-escpos'; only what it does not cover is written here.
Neighbours: `raster` draws, `plain_text` sets lines, `escpos_printer` sends the pieces.
"""

import json
import os
import pickle
import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageChops

from hardware.documents import Document, KickDrawer
from hardware.plain_text import CUT, body_lines, footer_lines
from hardware.raster import PAPER_80, Paper, Sheet, render

FRAGMENT_ROWS = 128
_END_ROWS = 64
_FEED_TO_CUTTER = 40
# DLE followed by EOT, ENQ or DC4 is obeyed by a printer even inside an image.
REAL_TIME_IN_DOTS = re.compile(rb"\x10(?=[\x04\x05\x14])")
# Any profile of 576 dots: of a profile the library uses the width only, to refuse wider images.
_PROFILE = "TM-T20II"
_TABLES = "ESCPOS_CAPABILITIES_PICKLE_DIR"
_UTF_8 = b"\x1c(C\x02\x0002"


@dataclass(frozen=True, slots=True)
class Job:
    """`body` is sent first, `ending` holds the footer and the last cut."""

    body: tuple[bytes, ...]
    ending: tuple[bytes, ...]


Encoder = Callable[[Document], Job]


def raster_encoder(paper: Paper = PAPER_80, rows: int = FRAGMENT_ROWS) -> Encoder:
    """Encode by drawing: right in every language. `rows` is the height of one fragment; cheap
    printers time out on long ones."""
    return partial(_raster_job, paper=paper, rows=rows)


def text_encoder(columns: int = 48) -> Encoder:
    """Encode as UTF-8 text (FS ( C), for printers that know it; a hundredth of the bytes. Others
    are set in a page of theirs, see `code_pages`."""
    return partial(_text_job, columns=columns)


def pulse(pin: int) -> bytes:
    """The drawer's pulse alone."""
    device = _escpos()
    device.cashdraw(pin)
    return _taken(device)


def _raster_job(document: Document, paper: Paper, rows: int) -> Job:
    sheets = render(document, paper)
    body = [preface(document)]
    ending: list[bytes] = []
    for number, sheet in enumerate(sheets):
        last = number == len(sheets) - 1
        end_at = _end_of_body(sheet, document) if last else sheet.image.height
        body.extend(_fragments(sheet.image, 0, end_at, rows))
        if last:
            ending.extend(_fragments(sheet.image, end_at, sheet.image.height, rows))
            ending.append(cut())
        else:
            body.append(cut())
    return Job(tuple(body), tuple(ending))


def raster_pieces(image: Image.Image, rows: int = FRAGMENT_ROWS) -> Iterator[bytes]:
    """A picture as dots, in fragments."""
    return _fragments(image, 0, image.height, rows)


def _end_of_body(sheet: Sheet, document: Document) -> int:
    if document.footer:
        return sheet.footer_top
    return max(sheet.image.height - _END_ROWS, 0)


def _fragments(image: Image.Image, top: int, bottom: int, rows: int) -> Iterator[bytes]:
    for start in range(top, bottom, rows):
        piece = image.crop((0, start, image.width, min(start + rows, bottom)))
        device = _escpos()
        device.image(defused(piece), impl="bitImageRaster", fragment_height=rows)
        yield _taken(device)


def defused(image: Image.Image) -> Image.Image:
    """`image` without dots that read as a real-time command: one dot is blackened where need be."""
    dots = ImageChops.invert(image).tobytes()
    safe = REAL_TIME_IN_DOTS.sub(b"\x18", dots)
    return image if safe == dots else ImageChops.invert(Image.frombytes("1", image.size, safe))


def _text_job(document: Document, columns: int) -> Job:
    body = [preface(document) + _UTF_8]
    for line in body_lines(document, columns):
        body.append(cut() if line == CUT else line.encode() + b"\n")
    ending = [line.encode() + b"\n" for line in footer_lines(document, columns)]
    return Job(tuple(body), (*ending, cut()))


def preface(document: Document) -> bytes:
    """Standard settings first: the job before may have left others. Then the drawer, if any."""
    device = _escpos()
    device.hw("INIT")
    for block in document.blocks:
        if isinstance(block, KickDrawer):
            device.cashdraw(block.pin)
    return _taken(device)


def cut() -> bytes:
    """Feed what was printed last past the knife, and cut."""
    device = _escpos()
    # The footer must clear the tear bar; function B then feeds to the cutter by itself.
    device._raw(b"\x1bJ" + bytes((_FEED_TO_CUTTER,)))
    device.cut(feed=False)
    return _taken(device)


def _escpos() -> Any:
    return _library()(profile=_PROFILE)


@cache
def _library() -> Any:
    """The library's printer that keeps what it is told. Imported late: a terminal without paper
    never needs it.

    The library reads its table of printers as YAML, four fifths of what the first paper costs
    (0.5 s on a server, more on a tablet). The table is JSON as well: it is read as such, and left
    where the library looks for its own copy.
    """
    import escpos

    table = json.loads(Path(escpos.__path__[0], "capabilities.json").read_bytes())
    with TemporaryDirectory() as folder:
        copy = Path(folder, f"{platform.python_version()}.capabilities.pickle")
        copy.write_bytes(pickle.dumps(table))
        said = os.environ.setdefault(_TABLES, folder)
        try:
            from escpos.printer import Dummy
        finally:
            if said == folder:
                del os.environ[_TABLES]
    return Dummy


def _taken(device: Any) -> bytes:
    output: bytes = device.output
    return output
