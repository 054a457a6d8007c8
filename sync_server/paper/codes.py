"""What a QR code says: where a guest finds the bill, and what a guest's bank reads to pay it.

Pure, and the same on paper and on a terminal's screen. Rule: the text is the venue's; a place that
it has in braces is filled, any other brace is its own. A link takes what is filled in
percent-encoded, another text as it is, with "\\n" where a line begins, as payment codes of banks
have. Which places there are: `sync_server.domain.qr_codes`.
"""

from collections.abc import Mapping
from urllib.parse import quote

from sync_server.domain.limits import QR_TEMPLATE
from sync_server.domain.menu import Settings
from sync_server.domain.qr_codes import BILL_PLACES

from .figures import Figures

_LINKS = ("https://", "http://")


def filled(text: str, places: Mapping[str, str]) -> str:
    """The text with what belongs in its places. Not `format`: any other brace stays."""
    link = text.startswith(_LINKS)
    said = text if link else text.replace("\\n", "\n")
    for place, value in places.items():
        said = said.replace("{" + place + "}", quote(value, safe="") if link else value)
    return said


def bill_code(
    settings: Settings, number: str, total_minor: int, at_ms: int, figures: Figures
) -> str:
    """Leads a guest to the bill; where the venue has no link, the bill in a line."""
    total = figures.plain(total_minor).replace("\u00a0", "")
    day = figures.date(at_ms)
    if not settings.bill_link:
        return f"{settings.name} · {number} · {day} · {total} {settings.currency}"[:QR_TEMPLATE]
    return filled(settings.bill_link, dict(zip(BILL_PLACES, (number, day, total), strict=True)))


def payment_code(settings: Settings, amount: str, amount_minor: int, reference: str) -> str:
    """Pays so much; `amount` is in whole units with a point."""
    places = {"amount": amount, "minor": str(amount_minor), "reference": reference}
    return filled(settings.pay_link, places)
