"""The one draft of the house's menu: what it stands on when it is published, what it breaks.

A draft is meant for a moment. It stands on the menu in force *with every edition that waits until
that moment*, so a price that becomes 195 on Monday is 195 on the page that plans for Tuesday, and
typing the old price there is a change, not nothing. What editions after it say is shown beside its
lines; a draft that would make one of those impossible is refused with the edition's number, and an
edition is withdrawn only while no later one needs it. So no change is lost without a word.
Neighbour: `catalogue` (editions).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import (
    CHANGES,
    Change,
    Preview,
    changed,
    gathered,
    previewed,
)

from .catalogue import Edition, look_at, publish, read_changes, waiting, withdraw, written
from .house_tables import CatalogueDraft
from .papers import Actor
from .settings import setting, settle

DRAFT = "draft"
HOLDS = "draft_holds_ms"
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The draft on its ground: `base` is the menu in force with the editions `before` it laid on;
    `after` come later. `holds_ms` 0: it is meant for now."""

    base: Catalogue
    before: tuple[Edition, ...]
    after: tuple[Edition, ...]
    holds_ms: int
    draft: tuple[Change, ...]

    @property
    def menu(self) -> Catalogue:
        """The menu with the draft in it."""
        return changed(self.base, self.draft)

    @property
    def ahead(self) -> Catalogue:
        """The menu with everything in it that anybody has planned, so that no id is taken twice."""
        menu = self.menu
        for edition in self.after:
            menu = changed(menu, edition.changes)
        return menu

    def later(self) -> dict[Place, tuple[Edition, Change]]:
        """By field the next edition after the draft that changes it again."""
        found: dict[Place, tuple[Edition, Change]] = {}
        for edition in self.after:
            for change in edition.changes:
                place = (change.kind, change.target, change.field)
                found.setdefault(place, (edition, change))
        return found

    def seen(self) -> list[Preview]:
        """What the draft changes, and what of it no house could work with."""
        return look_at(self.base, self.draft) if self.draft else []

    def broken(self) -> list[tuple[Edition, Preview]]:
        """What later editions say that would be impossible after the draft, and is possible now."""
        return impossible(self.base, self.menu, self.after)


def impossible(
    without: Catalogue, having: Catalogue, editions: Sequence[Edition]
) -> list[tuple[Edition, Preview]]:
    """Changes of editions that one menu allows and the other does not."""
    found = []
    for edition in editions:
        good = previewed(without, edition.changes)
        bad = previewed(having, edition.changes)
        found += [
            (edition, now)
            for was, now in zip(good, bad, strict=True)
            if now.refused and not was.refused
        ]
        without, having = changed(without, edition.changes), changed(having, edition.changes)
    return found


def outlook(session: Session, catalogue: Catalogue, now_ms: int) -> Outlook:
    """The draft as it stands now; a moment that has passed is now."""
    holds_ms = int(setting(session, HOLDS, "0"))
    holds_ms = holds_ms if holds_ms > now_ms else 0
    editions = waiting(session, catalogue)
    until = max(holds_ms, now_ms)
    before = tuple(one for one in editions if one.at_ms <= until)
    after = tuple(one for one in editions if one.at_ms > until)
    base = catalogue
    for edition in before:
        base = changed(base, edition.changes)
    row = session.get(CatalogueDraft, DRAFT)
    draft = gathered(base, read_changes(row.changes)) if row is not None else []
    return Outlook(base, before, after, holds_ms, tuple(draft))


def plan_for(session: Session, at_ms: int) -> None:
    """Mean the draft for a moment; 0 is now. Nothing that was typed is forgotten by it."""
    settle(session, HOLDS, str(at_ms))
    session.flush()


def keep_in_draft(
    session: Session, seen: Outlook, changes: Sequence[Change], actor: Actor
) -> list[Preview]:
    """Add changes to the draft; those that cannot be come back, and then nothing is kept."""
    wrong = [one for one in previewed(seen.menu, changes) if one.refused]
    row = session.get(CatalogueDraft, DRAFT)
    typed = read_changes(row.changes) if row is not None else ()
    # What says nothing for this moment may say something for another: only what was typed now is
    # looked at, the rest stays as it was typed.
    places = {(one.kind, one.target, one.field) for one in changes}
    telling = gathered(seen.base, [*typed, *changes])
    kept = gathered(None, [*typed, *changes])
    after = [
        one for one in kept if one in telling or (one.kind, one.target, one.field) not in places
    ]
    if len(after) > CHANGES:
        wrong = [Preview(change, "", "too_many") for change in changes[:1]]
    if wrong:
        return wrong
    replace_draft(session, after, actor)
    return []


def take_out(session: Session, places: Sequence[Place], actor: Actor) -> None:
    """Take lines out of the draft."""
    row = session.get(CatalogueDraft, DRAFT)
    typed = read_changes(row.changes) if row is not None else ()
    rest = [one for one in typed if (one.kind, one.target, one.field) not in places]
    replace_draft(session, rest, actor)


def replace_draft(session: Session, changes: Sequence[Change], actor: Actor) -> None:
    """Keep these changes as the draft."""
    _forget(session)
    session.add(
        CatalogueDraft(name=DRAFT, changes=written(changes), login=actor.login, at_ms=actor.at_ms)
    )
    session.flush()


def drop_draft(session: Session) -> None:
    """Forget what has not been published, and for when it was meant."""
    _forget(session)
    settle(session, HOLDS, "0")


def _forget(session: Session) -> None:
    row = session.get(CatalogueDraft, DRAFT)
    if row is not None:
        session.delete(row)
        session.flush()


def publish_draft(
    session: Session, seen: Outlook, note: str, actor: Actor
) -> int | list[Preview] | list[tuple[Edition, Preview]]:
    """Make an edition of the draft for the moment that it is meant for. Returns its number, or
    what cannot be: of the draft, or of an edition after it."""
    broken = seen.broken()
    if broken:
        return broken
    made = publish(session, seen.base, seen.draft, (seen.holds_ms, note), actor)
    if isinstance(made, int):
        drop_draft(session)
    return made


def withdraw_edition(
    session: Session, catalogue: Catalogue, number: int, now_ms: int
) -> list[tuple[Edition, Preview]] | None:
    """Take an edition back that is not due yet; None when it is due or unknown. What later
    editions need of it comes back, and then nothing is withdrawn."""
    editions = waiting(session, catalogue)
    place = next((at for at, one in enumerate(editions) if one.number == number), None)
    if place is None or editions[place].at_ms <= now_ms:
        return None
    without = catalogue
    for edition in editions[:place]:
        without = changed(without, edition.changes)
    having = changed(without, editions[place].changes)
    needed = impossible(having, without, editions[place + 1 :])
    if not needed and not withdraw(session, number, now_ms):
        return None
    return needed
