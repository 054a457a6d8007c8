"""Printable forms as PDF, by typst out of `forms/form.typ`: documents, count sheets, cards.

What stands on a form is plain data; the template draws it. Neighbours: `paper_prints`,
`recipe_view` and `calculation_view` say what stands on which form.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typst
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

TEMPLATE = Path(__file__).parent / "forms" / "form.typ"


@dataclass(frozen=True, slots=True)
class PrintColumn:
    """A column: its width in millimetres (0: what is left), figures at the right."""

    title: str
    width: int = 0
    right: bool = True


@dataclass(frozen=True, slots=True)
class PrintForm:
    """Everything on a form. `groups`: titles over so many columns each; `heavy`: which rows are
    sums of those below them."""

    title: str
    language: str
    columns: Sequence[PrintColumn]
    rows: Sequence[Sequence[str]]
    facts: Sequence[tuple[str, str]] = ()
    totals: Sequence[Sequence[str]] = ()
    remarks: Sequence[tuple[str, str]] = ()
    signatures: Sequence[str] = ()
    foot: str = "Vitrylo"
    wide: bool = False
    groups: Sequence[tuple[str, int]] = ()
    heavy: Sequence[int] = ()


def pdf_of(form: PrintForm) -> bytes:
    """The form as PDF."""
    data = json.dumps(asdict(form), ensure_ascii=False)
    made = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"data": data})
    assert isinstance(made, bytes), "one document makes one file"
    return made


async def pdf_response(form: PrintForm) -> Response:
    """The form as a page that a browser shows; made in a thread, so that nobody waits for it."""
    body = await run_in_threadpool(pdf_of, form)
    headers = {"Content-Disposition": "inline; filename=form.pdf"}
    return Response(body, media_type="application/pdf", headers=headers)
