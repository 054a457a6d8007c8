"""Checks, guests and errors of the web API as values (reference: folio 3.4).

Rule: money is a decimal string in major units, made of integers and never negative; a line's
amount is the truth. What the property answers with an odd status, or in a shape that cannot be
read, proves nothing. The requests are made in `gateway`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from sync_server.hotel.gateway import Posting, RefusalCode, RevenueLine
from sync_server.hotel.rules import clean

from .settings import CloudbedsSettings

KEY_LENGTH = 255
BODY_MAX = 4 * 1024 * 1024

# Words of the property's error codes. What is not here, and is no server's fault, is `denied`.
REFUSALS: dict[str, RefusalCode] = {
    "FOLIO_NOT_FOUND": "guest_not_found",
    "SUBRESERVATION_NOT_FOUND": "guest_not_found",
    "INVALID_TARGET": "guest_not_found",
    "RESERVATION_CHECKED_OUT": "checked_out",
    "IDEMPOTENCY_KEY_REUSED": "id_reused",
    "DUPLICATE_CHECK_ID": "id_reused",
    "DUPLICATE_EXTERNAL_LINE_ID": "bad_posting",
    "MISSING_ITEMS_OR_TOTALS": "bad_posting",
    "PRODUCT_NAME_CONFLICT": "bad_posting",
    "TAX_NOT_FOUND": "bad_posting",
    "FEE_NOT_FOUND": "bad_posting",
    "INVALID_AMOUNT": "bad_posting",
    "INVALID_TOTAL_MISMATCH": "bad_sum",
    "CHECK_NOT_FOUND": "original_not_found",
    "CHECK_VOID_UNAVAILABLE": "not_allowed",
    "PAYMENT_VOID_FAILED": "not_allowed",
}


def decimal(minor: int) -> str:
    """Minor units as the API writes them. Negative sums do not exist there."""
    if minor < 0:
        raise ValueError("the API knows no negative sums")
    return f"{minor // 100}.{minor % 100:02d}"


def check_body(posting: Posting, settings: CloudbedsSettings) -> dict[str, Any]:
    """The check for one reservation. Discounts are positive there and stand within their line."""
    body: dict[str, Any] = {
        "reservationId": posting.stay_id,
        "guestName": clean(posting.guest_name),
        "checkNumber": clean(posting.check_no),
        "checkId": posting.posting_id,
        "saleDate": datetime.fromtimestamp(posting.at_ms // 1_000, UTC).isoformat(),
        "coverCount": posting.covers,
        "posContext": {
            "restaurantName": clean(posting.outlet),
            "revenueCenter": clean(posting.outlet),
            "mealPeriod": posting.meal,
            "staffReference": clean(posting.waiter),
        },
        "items": [_item(line, posting, settings) for line in posting.lines],
        "totals": _totals(posting),
    }
    if posting.tip_minor:
        body["gratuities"] = [{"amount": decimal(posting.tip_minor)}]
    if posting.service_minor:
        body["serviceCharge"] = {"amount": decimal(posting.service_minor)}
    return body


def _item(line: RevenueLine, posting: Posting, settings: CloudbedsSettings) -> dict[str, Any]:
    item: dict[str, Any] = {
        "type": "PRODUCT",
        "name": settings.group_names.get(line.group, line.group),
        "externalLineId": line.group,
        "quantity": 1,
        "amount": decimal(line.gross_minor),
        "note": clean(posting.text),
        "details": {"sku": line.group, "categoryName": line.group},
    }
    if line.discount_minor:
        name = {"name": "discount", "code": "pos"}
        item["discounts"] = [{"amount": decimal(-line.discount_minor), **name}]
    if not posting.tax_included and line.taxes:
        item["taxes"] = [
            {
                "taxId": settings.taxes.get(str(part.rate_bp), str(part.rate_bp)),
                "amount": decimal(part.tax_minor),
            }
            for part in line.taxes
        ]
    return item


def _totals(posting: Posting) -> dict[str, str]:
    added = 0
    if not posting.tax_included:
        added = sum(part.tax_minor for line in posting.lines for part in line.taxes)
    totals = {"totalItems": sum(line.gross_minor for line in posting.lines) + added}
    if posting.service_minor:
        totals["totalServiceCharge"] = posting.service_minor
    if posting.tip_minor:
        totals["totalGratuity"] = posting.tip_minor
    if added:
        totals["totalTax"] = added
    return {name: decimal(minor) for name, minor in totals.items()}


# -- answers -----------------------------------------------------------------------------------
class Problem(msgspec.Struct, frozen=True):
    """An error as the API words it."""

    code: str = ""
    message: str = ""


class PostedCheck(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to a check."""

    check_id: str
    check_number: str | None = None
    notice: str | None = None


class SeenGuest(msgspec.Struct, frozen=True):
    """A guest of the in-house list; the API's own spelling of ids is kept."""

    reservationID: str
    roomName: str = ""
    guestFirstName: str = ""
    guestLastName: str = ""
    startDate: str = ""
    endDate: str = ""
    currentStatus: str = ""
    subReservationID: str = ""

    @property
    def name(self) -> str:
        """Surname first, as slips and folios write it."""
        return ", ".join(part for part in (self.guestLastName, self.guestFirstName) if part)


class GuestPage(msgspec.Struct, frozen=True):
    """One page of the list."""

    success: bool
    data: tuple[SeenGuest, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer in another shape."""

    why: str


def read(body: bytes, shape: type[Any]) -> Any:
    """The body in a shape, or `Unreadable`."""
    try:
        return msgspec.json.decode(body[:BODY_MAX], type=shape)
    except (msgspec.DecodeError, RecursionError) as error:
        return Unreadable(str(error)[:200])
