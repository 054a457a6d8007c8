"""What the order screen shows: the check at the left, the menu or a sheet at the right."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Head, Pair, Row, Sheet, Tile


@dataclass(frozen=True, slots=True)
class Group:
    """A modifier group: its name, its rule in words, its choices."""

    title: str
    rule: str = ""
    rule_token: str = "dim"
    choices: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class ModifiersView:
    """The sheet of a dish with choices; the price is live."""

    title: str = ""
    chips: tuple[str, ...] = ()
    price: str = ""
    groups: tuple[Group, ...] = ()
    pre: tuple[Act, ...] = ()
    allergy: str = ""
    allergy_note: str = ""
    cancel: Act = Act()
    less: Act = Act()
    quantity: str = "1"
    more: Act = Act()
    add: Act = Act()


@dataclass(frozen=True, slots=True)
class OrderView:
    """A check in work. `side` is menu, modifiers or sheet."""

    head: Head = NO_HEAD
    seats: tuple[Act, ...] = ()
    guest: Act = Act()
    rows: tuple[Row, ...] = ()
    empty: str = ""
    totals: tuple[Pair, ...] = ()
    total: Pair = Pair("")
    total_note: str = ""
    actions: tuple[Act, ...] = ()
    hold: Act = Act()
    send: Act = Act()
    serve: Act = Act()
    side: str = "menu"
    categories: tuple[Act, ...] = ()
    tiles: tuple[Tile, ...] = ()
    no_tiles: str = ""
    page_key: str = ""
    line_actions: tuple[Act, ...] = ()
    modifiers: ModifiersView = ModifiersView()
    sheet: Sheet = NO_SHEET
    strip: tuple[Act, ...] = ()
