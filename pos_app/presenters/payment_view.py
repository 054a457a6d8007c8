"""What the pay screen shows."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Card, Head, Pair, Sheet


@dataclass(frozen=True, slots=True)
class PaymentView:
    """Left: due and paid. Middle: how. Right: how much."""

    head: Head = NO_HEAD
    sums: tuple[Pair, ...] = ()
    total: Pair = Pair("")
    paid_title: str = ""
    paid: tuple[Card, ...] = ()
    left_label: str = ""
    left_amount: str = ""
    left_token: str = "text"
    change: Pair = Pair("")
    rounding: str = ""
    splits: tuple[Act, ...] = ()
    parts: tuple[Act, ...] = ()
    tender_title: str = ""
    tenders: tuple[Act, ...] = ()
    tip_title: str = ""
    tips: tuple[Act, ...] = ()
    receipt_title: str = ""
    receipts: tuple[Act, ...] = ()
    entry: str = ""
    quick: tuple[Act, ...] = ()
    keys: tuple[Act, ...] = ()
    take: Act = Act()
    sheet: Sheet = NO_SHEET
