"""Whatever stands in the catalogue, the ticket comes out: nothing known, faults in all that is."""

from dataclasses import replace

import pytest

from hardware.connections import PrinterSettings, printer_at
from hardware.plain_text import body_lines
from hardware.printer import PrintState
from hardware.simulated import SimulatedPrinter
from sync_server.domain.menu import Template, TemplatePart
from sync_server.paper.composing import compose
from sync_server.paper.figures import zone_of
from tests.paper.paper_jobs import CATALOGUE, JOBS

NOTHING_KNOWN = replace(
    CATALOGUE,
    items={},
    groups={},
    stations={},
    tables={},
    staff={},
    templates={"kitchen": Template("kitchen", (TemplatePart("weather"),), "tlh")},
    settings=replace(CATALOGUE.settings, logo_rows=b"x", logo_stride=99, zone="Mars/Olympus"),
)
KITCHEN = ("kitchen", "kitchen_addition", "kitchen_fired", "void_part", "change", "move_english")


@pytest.mark.parametrize("name", KITCHEN)
def test_a_ticket_of_unknown_dishes_stations_and_people_says_what_was_sold(name: str) -> None:
    paper = compose(JOBS[name], NOTHING_KNOWN, zone_of(NOTHING_KNOWN))
    text = "\n".join(body_lines(paper))
    job = JOBS[name]
    assert job.ticket is not None
    named = [line for line in job.ticket.lines if not job.lines or line.line_id in job.lines]
    if job.document != "move":
        assert all(line.name.split()[0] in text for line in named), text
    assert paper.footer


@pytest.mark.parametrize("width", [-1, 0, 1, 383, 600, 100_000])
def test_an_absurd_width_of_paper_costs_nobody_a_ticket(width: int) -> None:
    paper = compose(JOBS["kitchen"], NOTHING_KNOWN, zone_of(NOTHING_KNOWN))
    with SimulatedPrinter() as simulated:
        place = f"tcp:127.0.0.1:{simulated.port}"
        driver = printer_at(PrinterSettings("hot", place, width))
        assert driver.print(paper).state is PrintState.CONSUMED
        driver.close()
        assert len(simulated.documents()) == 1
