"""What stands around every page: navigation by work area, heading with chips, cards, the person.

Only pages that exist and that the person has a right to are in the navigation. Markup comes from
`templates` with everything escaped; the pages hand in plain values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nicegui
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sync_server.domain.documents import Paper

from ..accounts import RIGHT_APPROVE, RIGHT_COSTING, RIGHT_REPORTS, RIGHT_SETTINGS, Visitor
from ..reports.catalogue import REPORTS
from ..reports.report import may_see
from .words import LANGUAGE_NAMES, Words

FOLDER = Path(__file__).parent
ASSETS = FOLDER / "assets"

_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A page of the navigation: its words, its right, its path."""

    key: str
    path: str
    right: str


TURNOVER = PagePlace("turnover", "/reports/turnover", RIGHT_COSTING)
FOOD_COST = PagePlace("food_cost", "/reports/food-cost", RIGHT_REPORTS)
EXCEPTIONS = PagePlace("exceptions", "/intake/exceptions", RIGHT_COSTING)
CARDS = PagePlace("cards", "/recipes/cards", RIGHT_COSTING)
WHAT_IF = PagePlace("what_if", "/recipes/what-if", RIGHT_COSTING)
MENU = PagePlace("menu", "/house/menu", RIGHT_COSTING)
PORTIONS = PagePlace("portions_left", "/house/portions", RIGHT_COSTING)
GOODS = PagePlace("goods_list", "/stock/goods", RIGHT_COSTING)
SUPPLIERS = PagePlace("suppliers", "/stock/suppliers", RIGHT_COSTING)
BAR = PagePlace("bar_scale", "/stock/bar", RIGHT_COSTING)
PEOPLE = PagePlace("people", "/house/people", RIGHT_SETTINGS)
LENT = PagePlace("lent_rights", "/house/lent", RIGHT_SETTINGS)
DEVICES = PagePlace("devices", "/house/devices", RIGHT_SETTINGS)
GUESTS = PagePlace("guest_data", "/house/guests", RIGHT_SETTINGS)
BOOKS = PagePlace("books", "/house/books", RIGHT_APPROVE)
ENTRIES = PagePlace("entries", "/house/entries", RIGHT_COSTING)
IMPORTS = PagePlace("imports", "/house/import", RIGHT_COSTING)
PAPERS: Mapping[Paper, PagePlace] = {
    paper: PagePlace(f"papers_{paper.value.replace('-', '_')}", f"/stock/{path}", RIGHT_COSTING)
    for paper, path in (
        (Paper.ORDER, "orders"),
        (Paper.RECEIPT, "receipts"),
        (Paper.SUPPLIER_RETURN, "returns"),
        (Paper.TRANSFER, "transfers"),
        (Paper.WRITE_OFF, "write-offs"),
        (Paper.PRODUCTION, "production"),
        (Paper.BUTCHERING, "butchering"),
        (Paper.TRIAL, "trials"),
        (Paper.COUNT, "stock-takes"),
        (Paper.OPENING, "opening"),
    )
}
REPORT_PAGES = tuple(
    PagePlace(f"report_{report.key}", f"/reports/{report.key.replace('_', '-')}", report.right)
    for report in REPORTS
    if report.listed
)
SINGLE: Mapping[str, str] = {
    page.key.removeprefix("report_"): page.key for page in (TURNOVER, FOOD_COST, *REPORT_PAGES)
}
"""What may be given to or taken from one person: the report's key, and the key of its words."""
AREAS: Mapping[str, Sequence[PagePlace]] = {
    "area_stock": (*PAPERS.values(), BAR, GOODS, SUPPLIERS),
    "area_recipes": (CARDS, WHAT_IF),
    "area_reports": (TURNOVER, FOOD_COST, *REPORT_PAGES),
    "area_intake": (EXCEPTIONS,),
    "area_house": (MENU, PORTIONS, ENTRIES, IMPORTS, BOOKS, DEVICES, GUESTS, LENT, PEOPLE),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a chip's list."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Dates:
    """Two free dates in a chip; `keep` is the rest of the question."""

    action: str
    first: str
    last: str
    keep: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in the head of a page: what is chosen, and what else may be."""

    label: str
    choices: Sequence[Choice]
    dates: Dates | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A large figure; `href` opens what it is made of."""

    key: str
    title: str
    text: str
    note: str = ""
    tone: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line of a short list beside the table; `href` opens what its figure is made of."""

    name: str
    text: str
    tone: str = ""
    href: str = ""


def render(template: str, **values: object) -> str:
    """The markup of a template; values are escaped."""
    return _templates.get_template(template).render(version=nicegui.__version__, **values)


def first_page(visitor: Visitor) -> PagePlace | None:
    """Where a person lands; None without any right in the back office."""
    pages = [TURNOVER, *(page for pages in AREAS.values() for page in pages)]
    return next((page for page in pages if allowed(visitor, page)), None)


def allowed(visitor: Visitor, page: PagePlace) -> bool:
    """Whether a page opens for a person: by right; a report also by the own grant or ban."""
    return may_see(visitor, page.key.removeprefix("report_"), page.right)


def navigation(visitor: Visitor, here: PagePlace, address: str, exceptions: int) -> str:
    """The column at the left. `exceptions` is shown as a number to look after."""
    words = Words(visitor.language)
    areas = []
    for title, pages in AREAS.items():
        mine = [page for page in pages if allowed(visitor, page)]
        shown = [
            {
                "path": page.path,
                "title": words(page.key),
                "badge": exceptions if page is EXCEPTIONS else 0,
            }
            for page in mine
        ]
        if shown:
            areas.append({"title": words(title), "pages": shown})
    return render(
        "navigation.html",
        words=words,
        areas=areas,
        here=here.path,
        address=address,
        visitor=visitor,
        languages=LANGUAGE_NAMES,
    )
