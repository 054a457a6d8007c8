"""Codes that a guest photographs: the venue's own texts with places in braces, and what a payment
by code is called.

Rule: a payment that is asked for again before anything was recorded, be it after a restart, has
the same reference, so the bank's list shows both under one name. The texts stand in
`menu.Settings`, are changed by `menu_fields` and filled in by `sync_server.paper.codes`.
"""

import re

BILL_PLACES = ("number", "day", "total")
PAY_PLACES = ("amount", "minor", "reference")

_PLACE = re.compile(r"\{([a-z_]+)\}")


def unknown_place(text: str, known: tuple[str, ...]) -> str:
    """The first word in braces that nothing is put in for; empty if there is none."""
    return next((word for word in _PLACE.findall(text) if word not in known), "")


def payment_reference(number: str, day: str, paid: int) -> str:
    """What a payment by code is called at the bank: the check's number, day and month of its day
    (ISO), and which of its payments it is after those `paid`."""
    return f"{number}-{day[8:10]}{day[5:7]}-{paid + 1}"
