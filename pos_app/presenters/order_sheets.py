"""The questions that the order screen asks over the menu: each a `Sheet` for one kind of answer.

Pure builders: what is asked and what may be answered. The answers come back as intents of
`order`, which also decides what they do.
"""

from dataclasses import dataclass, replace

from pos_app import formats
from pos_app.presenters.order_rows import course_name, seat_name
from pos_app.presenters.presenter import Presenter, digits
from pos_app.presenters.shown import Act, Sheet
from sync_server.domain.checks import Check
from sync_server.domain.events import Line
from sync_server.domain.money import allocate

COURSES_OFFERED = 4
_LETTERS = {
    "uk": ("йцукенгшщзхї", "фівапролджєґ", "'ячсмитьбю.,"),
    "en": ("qwertyuiop", "asdfghjkl'", "zxcvbnm.,-"),
    "pl": ("qwertyuiopż", "asdfghjklłó", "zxcvbnmąęść"),
}
_FIGURES = ("1234567890", "+-/()%№.,:;")


def picked_title(presenter: Presenter, key: str, line: Line) -> str:
    """A sheet's title with the name of the line."""
    item = presenter.desk.catalogue.items.get(line.item_id)
    return presenter.say(key, name=presenter.name(item.names) if item else line.name)


def keypad(
    presenter: Presenter, title: str, typed: str, confirm: str, dot: str = "", hint: str = "0"
) -> Sheet:
    """A figure: quantity, guests, a PIN. Without a word to confirm it is done by itself."""
    keys = list(digits((dot or "00", "back")))
    if not confirm:
        keys[9] = Act()  # a PIN is typed figure by figure
    rows = tuple(tuple(keys[start : start + 3]) for start in (0, 3, 6, 9))
    return Sheet(
        "keypad",
        title,
        entry=typed,
        hint=hint,
        keys=rows,
        cancel=Act("cancel", presenter.say("cancel")),
        confirm=Act("confirm", confirm, "accent", bool(typed.strip("0.,"))) if confirm else Act(),
    )


def with_key(sheet: Sheet, act: Act) -> Sheet:
    """A keypad with another key at the left of the nought."""
    *rows, last = sheet.keys
    return replace(sheet, keys=(*rows, (act, *last[1:])))


def letters(
    presenter: Presenter,
    title: str,
    typed: str,
    hint: str,
    confirm: str,
    quick: tuple[Act, ...] = (),
    figures: bool = False,
    latin: bool = False,
) -> Sheet:
    """A text: note, allergy, search; an e-mail address has `latin` letters only."""
    language = presenter.language if presenter.language in _LETTERS else "en"
    rows = _FIGURES if figures else _LETTERS["en" if latin else language]
    if latin:
        rows = (*rows, "@._-") if not figures else (*rows[:1], "@._-+")
    last = (
        Act("figures_keys", presenter.say("letters") if figures else "123", size=15),
        Act("key: ", presenter.say("space"), size=15),
        Act("key:back", icon="backspace", size=18),
    )
    keys = tuple(tuple(Act(f"key:{sign}", sign, size=18) for sign in row) for row in rows)
    return Sheet(
        "letters",
        title,
        entry=typed,
        hint=hint,
        choices=quick,
        keys=(*keys, last),
        cancel=Act("cancel", presenter.say("cancel")),
        confirm=Act("confirm", confirm, "accent", bool(typed.strip())),
    )


def seats(presenter: Presenter, check: Check, line: Line) -> Sheet:
    """For whom."""
    return Sheet(
        "choices",
        picked_title(presenter, "seat_of", line),
        choices=tuple(
            Act(
                f"set_seat:{seat}",
                seat_name(presenter, seat),
                "ringed" if seat == line.seat else "plain",
            )
            for seat in (*range(1, check.guests + 1), 0)
        ),
        cancel=Act("cancel", presenter.say("cancel")),
        columns=4,
    )


def courses(presenter: Presenter, line: Line) -> Sheet:
    """When."""
    return Sheet(
        "choices",
        picked_title(presenter, "course_of", line),
        choices=tuple(
            Act(
                f"set_course:{course}",
                course_name(presenter, course),
                "ringed" if course == line.course else "plain",
            )
            for course in (*range(1, COURSES_OFFERED + 1), 0)
        ),
        cancel=Act("cancel", presenter.say("cancel")),
    )


@dataclass(frozen=True, slots=True)
class TakingOff:
    """What was chosen so far: how (void, return, comp), why, whether it was made, and `count` of
    `most` portions (0: all); `most` is 0 where the line does not come apart."""

    way: str = "void"
    reason: str = ""
    made: bool = False
    count: int = 0
    most: int = 0


def void_reasons(presenter: Presenter, line: Line, off: TakingOff) -> Sheet:
    """Why a sent line, or some of it, is taken back, returned or given, and whether it was made."""
    reasons = [r for r in presenter.desk.catalogue.reasons.values() if r.kind == off.way]
    acts = [
        Act(
            f"void_as:{kind}",
            presenter.say(f"as_{kind}"),
            "chosen" if kind == off.way else "outline",
        )
        for kind in ("void", "return", "comp")
    ]
    count = off.count or off.most
    if off.most:
        of = presenter.say("void_count", n=count, of=off.most)
        acts += [
            Act("count_off:-1", "–", enabled=count > 1, size=22),
            Act("count_off:turn", of, "ringed" if count < off.most else "plain", size=18),
            Act("count_off:1", "+", enabled=count < off.most, size=22),
        ]
    acts += [
        Act(
            f"reason_tapped:{r.reason_id}",
            presenter.name(r.names),
            "ringed" if r.reason_id == off.reason else "plain",
        )
        for r in reasons
    ]
    if line.state != "held" and off.way == "void":
        acts.append(
            Act(
                "made_tapped",
                presenter.say("was_made" if off.made else "was_not_made"),
                "outline",
                icon="check" if off.made else "block",
            )
        )
    part, _ = allocate(line.gross_minor, (count, off.most - count)) if count else (0, 0)
    return Sheet(
        "choices",
        picked_title(presenter, "void_of", line),
        presenter.money(part if count else line.gross_minor),
        presenter.say(f"{off.way}_why"),
        choices=tuple(acts),
        cancel=Act("cancel", presenter.say("back")),
        confirm=Act("confirm", presenter.say(f"{off.way}_do"), "accent", bool(off.reason)),
    )


def discounts(presenter: Presenter, check: Check, limit_bp: int, on_line: bool) -> Sheet:
    """Which discount; those above one's limit need somebody's approval."""
    acts = [
        Act(
            f"give_discount:{discount.discount_id}",
            presenter.name(discount.names),
            note=""
            if discount.rate_bp <= limit_bp or discount.surcharge
            else presenter.say("needs_approval"),
        )
        for discount in presenter.desk.catalogue.discounts.values()
    ]
    acts += [
        Act(f"take_back:{grant.grant_id}", presenter.say("take_back", name=grant.name), "danger")
        for grant in check.grants
    ]
    acts.append(
        Act(
            "discount_on_line",
            presenter.say("discount_on_line"),
            "chosen" if on_line else "outline",
        )
    )
    return Sheet(
        "choices",
        presenter.say("discount"),
        formats.percent(limit_bp, presenter.language),
        presenter.say("discount_limit"),
        choices=tuple(acts),
        cancel=Act("cancel", presenter.say("cancel")),
        columns=2,
    )


MOST_TABLES = 36


def tables(presenter: Presenter, check: Check) -> Sheet:
    """Which table of the hall the check moves to; one that has a check takes it in."""
    catalogue, venue = presenter.desk.catalogue, presenter.desk.venue
    taken = {other.table_id for other in venue.checks.values()}
    here = catalogue.tables.get(check.table_id)
    hall_id = here.hall_id if here else presenter.place.hall_id
    others = [t for t in catalogue.tables.values() if t.table_id != check.table_id]
    near = [t for t in others if t.hall_id == hall_id] or others
    return Sheet(
        "choices",
        presenter.say("move_to"),
        choices=tuple(
            Act(
                f"move_to:{table.table_id}",
                table.label,
                "outline" if table.table_id in taken else "plain",
                note=presenter.say("join_there") if table.table_id in taken else "",
                size=18,
            )
            for table in near[:MOST_TABLES]
        ),
        cancel=Act("cancel", presenter.say("cancel")),
        columns=6,
    )


def colleagues(presenter: Presenter, all_mine: bool) -> Sheet:
    """To whom the check is handed over, or all of one's own."""
    catalogue = presenter.desk.catalogue
    people = [
        person
        for person in catalogue.staff.values()
        if person.active
        and person.staff_id != presenter.desk.me
        and "order" in catalogue.roles[person.role_id].rights
    ]
    return Sheet(
        "choices",
        presenter.say("hand_over_to"),
        choices=(
            *(Act(f"hand_to:{p.staff_id}", p.name) for p in people),
            Act("mine_all", presenter.say("all_mine"), "chosen" if all_mine else "outline"),
        ),
        cancel=Act("cancel", presenter.say("cancel")),
    )


def choices(presenter: Presenter, title: str, acts: tuple[Act, ...], columns: int = 3) -> Sheet:
    """Any list of things to do."""
    return Sheet(
        "choices",
        title,
        choices=acts,
        cancel=Act("cancel", presenter.say("cancel")),
        columns=columns,
    )
