"""Papers as a venue arranges them: which parts, in which order and size, with which words added.

A document is drafted as named parts in the order that we thought best (`Draft`); a template of the
catalogue (`menu.Template`) puts them in another. Rule: a template may leave out what is mere
decoration, never what the paper is for (`REQUIRED`), and a faulty one costs nobody a paper: the
built-in order comes out and says so at its end. Faults are codes, screens word them.
Neighbours: `composing` arranges with this, the modules of the papers make the drafts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from hardware.documents import (
    Align,
    Block,
    Columns,
    Document,
    DocumentError,
    Logo,
    Rule,
    Size,
    Space,
    Text,
)
from sync_server.domain.limits import TEMPLATE_PARTS, TEMPLATE_TEXT
from sync_server.domain.menu import Catalogue, Settings, Template, TemplatePart

from .words import LANGUAGES, Words

GUEST = ("pre_bill", "receipt")
PARTS: dict[str, tuple[str, ...]] = {
    "kitchen": ("head", "allergies", "dishes"),
    "void": ("head", "cancelled"),
    "change": ("head", "changed"),
    "move": ("head", "moved"),
    "pre_bill": ("venue", "head", "dishes", "sums", "part_paid", "taxes", "thanks", "qr"),
    "receipt": ("venue", "head", "dishes", "sums", "payments", "taxes", "thanks", "qr"),
    "room_slip": ("venue", "title", "guest", "check", "sum", "consent", "signature"),
    "cash": ("venue", "amount", "about", "signatures"),
    "money": ("venue", "amount", "about", "signatures"),
    "x": ("head", "sales", "tenders", "taxes", "drawer"),
    "z": ("head", "sales", "tenders", "taxes", "drawer", "end"),
    "figures": ("head", "rows", "end"),
    "stock_take": ("head", "rows", "signature"),
    "label": ("name", "dates", "about"),
}
"""Every part that a document has; which of them it has from the start, its draft says."""

ANYWHERE = ("logo", "text", "rule", "space")
REQUIRED: dict[str, frozenset[str]] = {
    "kitchen": frozenset(PARTS["kitchen"]),
    "void": frozenset(PARTS["void"]),
    "change": frozenset(PARTS["change"]),
    "move": frozenset(PARTS["move"]),
    "pre_bill": frozenset({"head", "dishes", "sums", "part_paid", "taxes"}),
    "receipt": frozenset({"head", "dishes", "sums", "payments", "taxes"}),
    "room_slip": frozenset({"guest", "check", "sum", "consent", "signature"}),
    "cash": frozenset({"amount", "about", "signatures"}),
    "money": frozenset({"amount", "about", "signatures"}),
    "x": frozenset(PARTS["x"]),
    "z": frozenset(PARTS["z"]),
    "figures": frozenset(PARTS["figures"]),
    "stock_take": frozenset({"rows", "signature"}),
    "label": frozenset({"name", "dates"}),
}
SIZES = {"smaller": -1, "": 0, "larger": 1}
_LADDER = (Size.SMALL, Size.NORMAL, Size.LARGE, Size.HUGE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper in parts. `built_in` names those of the usual order; the others wait for a template
    that asks for them."""

    title: str
    parts: Mapping[str, tuple[Block, ...]]
    built_in: tuple[str, ...]
    copy_heading: str | None = None
    footer: str = ""


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """What is wrong with a template: `code` and the part that it is about."""

    code: str
    part: str = ""
    params: dict[str, str | int] = field(default_factory=dict)


def fault_of(template: Template) -> TemplateFault | None:
    """The first fault of a template, None for a sound one."""
    known = PARTS.get(template.document)
    if known is None:
        return TemplateFault("template_document", template.document)
    if template.language and template.language not in LANGUAGES:
        return TemplateFault("template_language", template.language)
    if len(template.parts) > TEMPLATE_PARTS:
        return TemplateFault("template_long", params={"most": TEMPLATE_PARTS})
    seen: set[str] = set()
    for part in template.parts:
        fault = _fault_of_part(part, known, seen)
        if fault is not None:
            return fault
        seen.add(part.part)
    missing = sorted(REQUIRED[template.document] - seen)
    return TemplateFault("template_missing", missing[0]) if missing else None


def _fault_of_part(
    part: TemplatePart, known: Iterable[str], seen: set[str]
) -> TemplateFault | None:
    name = part.part
    if name not in known and name not in ANYWHERE:
        return TemplateFault("template_part", name)
    if name in seen and name not in ANYWHERE:
        return TemplateFault("template_twice", name)
    if part.size not in SIZES:
        return TemplateFault("template_size", name)
    if name == "text" and not any(text.strip() for text in part.text.values()):
        return TemplateFault("template_words", name)
    if any(len(text) > TEMPLATE_TEXT for text in part.text.values()):
        return TemplateFault("template_words", name)
    return None


def template_for(document: str, catalogue: Catalogue) -> tuple[Template | None, bool]:
    """The venue's template of a document, and whether there is one that is faulty."""
    template = catalogue.templates.get(document)
    if template is None:
        return None, False
    faulty = template.document != document or fault_of(template) is not None
    return (None if faulty else template), faulty


def standard(document: str, built_in: Iterable[str]) -> Template:
    """The built-in order as a template, for somebody to begin with."""
    return Template(document, tuple(TemplatePart(name) for name in built_in))


def arranged(
    draft: Draft, template: Template | None, faulty: bool, catalogue: Catalogue, words: Words
) -> Document:
    """The draft in the template's order; in the built-in one without it, or where it is faulty."""
    if template is not None:
        try:
            blocks = _in_order(draft, template, catalogue, words)
            return Document(draft.title, blocks, draft.copy_heading, draft.footer)
        except DocumentError:
            faulty = True
    usual = tuple(block for name in draft.built_in for block in draft.parts.get(name, ()))
    if faulty:
        said = Text(words.say("template_faulty"), Size.SMALL, align=Align.CENTER)
        usual += (Space(8), said)
    return Document(draft.title, usual, draft.copy_heading, draft.footer)


def _in_order(
    draft: Draft, template: Template, catalogue: Catalogue, words: Words
) -> tuple[Block, ...]:
    """A logo with a place of its own stands there only, not at the head of the venue as well."""
    moved = any(part.part == "logo" for part in template.parts)
    blocks: list[Block] = []
    for part in template.parts:
        step = SIZES[part.size]
        for block in _part(draft, part, catalogue, words):
            if part.part == "logo" or not (moved and isinstance(block, Logo)):
                blocks.append(_resized(block, step))
    return tuple(blocks)


def _part(
    draft: Draft, part: TemplatePart, catalogue: Catalogue, words: Words
) -> tuple[Block, ...]:
    match part.part:
        case "logo":
            return logo_of(catalogue.settings)
        case "text":
            return (Text(catalogue.name(part.text, words.code), align=Align.CENTER),)
        case "rule":
            return (Rule(),)
        case "space":
            return (Space(24),)
    return draft.parts.get(part.part, ())


def logo_of(settings: Settings) -> tuple[Block, ...]:
    """The venue's logo; nothing where it has none, or one that no printer could draw."""
    if not settings.logo_stride:
        return ()
    try:
        return (Logo(settings.logo_rows, settings.logo_stride),)
    except DocumentError:
        return ()


def _resized(block: Block, step: int) -> Block:
    """The block one size smaller or larger, within the four sizes that there are."""
    if not step:
        return block
    if isinstance(block, Text):
        return replace(block, size=_stepped(block.size, step))
    if isinstance(block, Columns):
        cells = tuple(
            replace(cell, size=_stepped(cell.size, step)) if cell.size else cell
            for cell in block.cells
        )
        return replace(block, size=_stepped(block.size, step), cells=cells)
    return block


def _stepped(size: Size, step: int) -> Size:
    at = _LADDER.index(size) + step
    return _LADDER[min(max(at, 0), len(_LADDER) - 1)]
