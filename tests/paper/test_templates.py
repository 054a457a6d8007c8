"""A venue's own arrangement: obeyed when it is sound, and never the reason for missing paper."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from hardware.documents import QR, Columns, Document, Logo, Size, Text
from hardware.plain_text import body_lines
from hardware.raster import render
from sync_server.domain.events import FiguresPrinted
from sync_server.domain.limits import TEMPLATE_PARTS, TEMPLATE_TEXT
from sync_server.domain.menu import Template, TemplatePart
from sync_server.domain.outward import PaperJob, PrepLabel, SheetRow, StockSheet
from sync_server.domain.records import FigureRow
from sync_server.paper.codes import payment_code
from sync_server.paper.composing import compose, draft_of
from sync_server.paper.figures import zone_of
from sync_server.paper.templates import ANYWHERE, PARTS, REQUIRED, fault_of, standard
from tests.paper.paper_jobs import CATALOGUE, EVENING, IRYNA, JOBS, KITCHEN, PRE_BILL, RECEIPT

KYIV = zone_of(CATALOGUE)
FAULTY = "шаблон із помилкою"
SHEET = PaperJob(
    "stock_take",
    "cashier",
    "uk",
    EVENING,
    sheet=StockSheet(
        "I-7",
        "Бар",
        (SheetRow("Саперави", "пл.", "Вино"), SheetRow("Пиво світле", "л", "Пиво")),
    ),
)
LABEL = PaperJob(
    "label",
    "kitchen-cold",
    "uk",
    EVENING,
    label=PrepLabel("Соус перцевий", EVENING, EVENING + 2 * 86_400_000, "молоко", "sauce-pepper"),
)
_ROWS = (FigureRow("cash", 18_500), FigureRow("", 500))
_PRINTED = FiguresPrinted("report", "tender", "2026-11-21", _ROWS, 19_000, 0, IRYNA, EVENING)
FIGURES = PaperJob("figures", "cashier", "uk", EVENING, figures=_PRINTED)
EVERY = {**JOBS, "stock_take": SHEET, "label": LABEL, "figures": FIGURES}


def template(job: PaperJob, *names: str, **sizes: str) -> Template:
    """A template of those parts."""
    return Template(job.document, tuple(TemplatePart(n, sizes.get(n, "")) for n in names))


def printed(job: PaperJob, *templates: Template, **settings: object) -> Document:
    """The document where the venue has these templates."""
    by_document = {one.document: one for one in templates}
    changed = replace(CATALOGUE.settings, **settings)  # type: ignore[arg-type]
    return compose(job, replace(CATALOGUE, templates=by_document, settings=changed), KYIV)


def text_of(document: Document) -> str:
    return "\n".join(body_lines(document))


@pytest.mark.parametrize("name", EVERY)
def test_the_built_in_order_as_a_template_gives_the_same_paper(name: str) -> None:
    job = EVERY[name]
    draft = draft_of(job, CATALOGUE, KYIV)
    assert set(draft.parts) == set(PARTS[job.document])
    same = standard(job.document, draft.built_in)
    assert fault_of(same) is None
    assert printed(job, same) == printed(job)


@pytest.mark.parametrize("name", EVERY)
def test_leaving_out_any_part_that_the_paper_is_for_is_a_fault_and_the_paper_comes_out(
    name: str,
) -> None:
    job = EVERY[name]
    order = draft_of(job, CATALOGUE, KYIV).built_in
    for part in REQUIRED[job.document]:
        lacking = standard(job.document, (one for one in order if one != part))
        fault = fault_of(lacking)
        assert fault is not None
        assert (fault.code, fault.part) == ("template_missing", part)
        document = printed(job, lacking)
        assert FAULTY in text_of(document) or job.language != "uk"
        assert document.blocks[: len(printed(job).blocks)] == printed(job).blocks


FAULTS = {
    "template_part": (TemplatePart("poem"),),
    "template_twice": (TemplatePart("head"), TemplatePart("head")),
    "template_size": (TemplatePart("head", "enormous"),),
    "template_words": (TemplatePart("text"),),
    "template_long": (TemplatePart("rule"),) * (TEMPLATE_PARTS + 1),
}


@pytest.mark.parametrize("code", FAULTS)
def test_every_fault_has_its_code(code: str) -> None:
    whole = standard("kitchen", PARTS["kitchen"])
    faulty = replace(whole, parts=(*FAULTS[code], *whole.parts))
    fault = fault_of(faulty)
    assert fault is not None
    assert fault.code == code
    assert FAULTY in text_of(printed(KITCHEN, faulty))


def test_a_language_and_a_document_that_do_not_exist_are_faults() -> None:
    whole = standard("kitchen", PARTS["kitchen"])
    for faulty in (replace(whole, language="tlh"), replace(whole, document="poem")):
        assert fault_of(faulty) is not None
    long = TemplatePart("text", text={"uk": "х" * (TEMPLATE_TEXT + 1)})
    assert fault_of(replace(whole, parts=(*whole.parts, long))) is not None


def test_order_size_words_and_language_are_the_venues() -> None:
    own = TemplatePart("text", text={"uk": "Смачного!", "en": "Enjoy!"})
    wanted = replace(
        template(KITCHEN, "dishes", "allergies", "head", dishes="smaller"), language="en"
    )
    wanted = replace(wanted, parts=(own, *wanted.parts))
    document = printed(KITCHEN, wanted)
    text = text_of(document)
    assert text.index("Enjoy!") < text.index("Борщ") < text.index("Table")
    rows = [block for block in document.blocks if isinstance(block, Columns)]
    usual = [block for block in printed(KITCHEN).blocks if isinstance(block, Columns)]
    sizes = {cell.size for row in rows for cell in row.cells if cell.text == "2"}
    assert Size.LARGE in sizes
    assert Size.HUGE in {cell.size for row in usual for cell in row.cells if cell.text == "2"}


def test_a_logo_and_a_link_stand_on_what_the_guest_gets_and_on_nothing_else() -> None:
    logo = {"logo_rows": b"\xff\x00" * 16, "logo_stride": 2}
    link = "https://example.invalid/b/{number}?t={total}&x={other}"
    document = printed(RECEIPT, bill_link=link, **logo)
    assert isinstance(document.blocks[0], Logo)
    (code,) = [block for block in document.blocks if isinstance(block, QR)]
    assert code.data.startswith("https://example.invalid/b/T1-")
    assert code.data.endswith("&x={other}")
    moved = printed(RECEIPT, template(RECEIPT, *PARTS["receipt"], "logo"), **logo).blocks
    assert [isinstance(block, Logo) for block in moved].count(True) == 1, "it moved, it is not two"
    assert isinstance(moved[-1], Logo)
    kitchen = printed(KITCHEN, bill_link=link, **logo)
    assert not any(isinstance(block, Logo | QR) for block in kitchen.blocks)
    coded = replace(CATALOGUE.settings, pay_link="BCD\\nUAH{amount}\\n{reference}\\n{other}")
    assert payment_code(coded, "12.50", 1_250, "A-1 №2") == "BCD\nUAH12.50\nA-1 №2\n{other}"
    linked = replace(coded, pay_link="https://pay.test/{minor}?r={reference}")
    assert payment_code(linked, "12.50", 1_250, "A-1 №2").endswith("/1250?r=A-1%20%E2%84%962")
    # Without a link a template may still ask for the code: then it says the bill in a line.
    asked = standard("pre_bill", PARTS["pre_bill"])
    (said,) = [block for block in printed(PRE_BILL, asked).blocks if isinstance(block, QR)]
    assert "UAH" in said.data


def test_a_logo_that_no_printer_could_draw_costs_nobody_a_receipt() -> None:
    for rows, stride in ((b"\xff" * 7, 2), (b"", 5), (b"\xff" * 100_000, 72), (b"\xff", 500)):
        document = printed(RECEIPT, logo_rows=rows, logo_stride=stride)
        assert not any(isinstance(block, Logo) for block in document.blocks)
        assert "РАЗОМ" in text_of(document)


def test_a_counting_sheet_has_room_for_a_pen_and_no_expected_amounts() -> None:
    text = text_of(printed(SHEET))
    assert "Саперави" in text
    assert text.count("____") >= 2
    assert not any(char.isdigit() for char in text.split("Вино")[1].split("x_")[0])


def test_a_label_says_until_when_and_whom_it_may_hurt() -> None:
    text = text_of(printed(LABEL))
    assert "Вжити до 23.11.2026 19:42" in text
    assert "молоко" in text


part = st.builds(
    TemplatePart,
    st.sampled_from(sorted({*ANYWHERE, *PARTS["kitchen"], *PARTS["receipt"], "poem", ""})),
    st.sampled_from(["", "smaller", "larger", "x"]),
    st.dictionaries(st.sampled_from(["uk", "en", "zh"]), st.text(max_size=320), max_size=2),
)


@given(
    st.sampled_from(["kitchen", "receipt", "poem"]),
    st.lists(part, max_size=30),
    st.sampled_from(["", "uk", "en", "pl", "zh"]),
)
def test_whatever_a_template_says_every_dish_and_every_sum_comes_out(
    document: str, parts: list[TemplatePart], language: str
) -> None:
    wanted = Template(document, tuple(parts), language)
    for job, said in ((KITCHEN, ("Борщ", "Рібай")), (RECEIPT, ("Борщ",))):
        templates = {job.document: replace(wanted, document=document)}
        composed = compose(job, replace(CATALOGUE, templates=templates), KYIV)
        text = text_of(composed)
        blocks = [block for block in composed.blocks if isinstance(block, Text | Columns)]
        assert len(blocks) >= 3
        if not language or language == "uk":
            for word in said:
                assert word in text
        render(replace(composed, blocks=composed.blocks[:3]))
