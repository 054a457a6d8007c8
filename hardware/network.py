"""A network printer from what a venue's settings say of it: name, address, width.

The one recipe for server and terminals; nothing is connected before the first use. Drivers are in
`escpos_printer`, links in `links`, drawing in `raster`.
"""

from hardware.escpos_jobs import raster_encoder
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.links import TcpLink
from hardware.printer import Evidence
from hardware.raster import PAPER_58, PAPER_80

WIDE_DOTS = 576


def network_printer(
    name: str,
    host: str,
    port: int,
    width_dots: int,
    evidence: Evidence,
    first_id: int,
    limits: Limits | None = None,
) -> EscposPrinter:
    """The driver of an ESC/POS printer on TCP, drawing its paper as dots.

    `first_id` should differ at each start, so that an old answer is not taken for a new one.
    """
    paper = PAPER_80 if width_dots >= WIDE_DOTS else PAPER_58
    link = TcpLink(host, port)
    return EscposPrinter(name, link, raster_encoder(paper), evidence, limits, first_id)
