"""Figures as people type them, in a form or a table.

Neighbours: `web.paper_form` reads forms, `importing` tables.
"""

import re
from decimal import Decimal

from sync_server.domain.money import divide_half_up

HUNDRED = Decimal(100)
LARGEST = Decimal(10) ** 12
FIGURE = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
"""Not what programs take for a number as well, like 1e3 or 1_000."""


def decimal_of(text: str) -> Decimal | None:
    """A typed figure; None when it is none.

    The last comma or point is the decimal mark; the other one, before it, parts thousands. Two
    equal marks with anything but three figures after each are no number (1.2.3).
    """
    plain = "".join(text.split()).replace("\u2212", "-")
    mark = max(plain.rfind(","), plain.rfind("."))
    if mark >= 0:
        whole, places = plain[:mark], plain[mark + 1 :]
        parts = whole.replace(",", ".").split(".")
        if len(parts) > 1 and (plain[mark] in whole or any(len(part) != 3 for part in parts[1:])):
            return None
        plain = f"{''.join(parts)}.{places}"
    value = Decimal(plain) if FIGURE.fullmatch(plain) else LARGEST
    return value if abs(value) < LARGEST else None


def minor_of(value: Decimal) -> int:
    """A typed sum in minor units, half up."""
    numerator, denominator = (value * HUNDRED).as_integer_ratio()
    return divide_half_up(numerator, denominator)
