"""Club cards at the cash desk: who has one, what is on it, a new one for a guest; a lost one is
blocked, and its points go to another.

Points are spent on the pay screen and come by themselves; a card's history, down to the check, is
in the back office.
"""

from itertools import islice

from pos_app import formats
from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.cash_section import SHOWN, Section
from pos_app.presenters.club_cards import ending, has_club
from pos_app.presenters.finding import matches
from pos_app.presenters.shown import Act, Card, Pair
from sync_server.domain import commands as c
from sync_server.domain.club import ClubCard, accrued, activated, card_read


class ClubSection(Section):
    """The cards, the one used last first."""

    right = "club_cards"

    def there(self) -> bool:
        """Only where the house gives points, or guests hold some."""
        return has_club(self.on.desk)

    @property
    def _picked(self) -> ClubCard | None:
        return self.on.desk.venue.club.get(self.on.picked)

    def _found(self) -> list[ClubCard]:
        known, sought = reversed(self.on.desk.venue.club.values()), self.on.sought
        found = (card for card in known if not sought or matches(sought, (card.card, card.name)))
        return list(islice(found, SHOWN))

    def cards(self) -> tuple[Card, ...]:
        """Each with its guest and what is on it."""
        on = self.on
        return tuple(
            Card(
                card.card,
                tuple(part for part in (card.name, self._lost(card)) if part),
                on.amount(card.balance_minor),
                "accent" if card.card == on.picked else "late" if card.blocked_ms else "line",
                f"open:{card.card}",
            )
            for card in self._found()
        )

    def _lost(self, card: ClubCard) -> str:
        """What became of a card that was lost."""
        on = self.on
        if card.moved_to:
            return f"{on.say('club_moved_to')} {ending(card.moved_to)}"
        return on.say("club_is_blocked") if card.blocked_ms else ""

    def empty(self) -> str:
        """None were given, or none is found."""
        on = self.on
        return on.say("club_not_found", text=on.sought) if on.sought else on.say("club_none")

    def title(self) -> str:
        """The one that is picked."""
        return self.on.picked

    def rows(self) -> tuple[Pair, ...]:
        """What may be spent, what only later, what the card owes."""
        on, card = self.on, self._picked
        if card is None:
            return ()
        now_ms, later = on.desk.now_ms(), accrued(card, on.desk.now_ms())
        day = formats.iso_day(card.issued_ms, on.desk.catalogue.settings.zone)
        rows = [Pair(card.name, "", "strong", rule=True)] if card.name else []
        if card.moved_to:
            rows.append(Pair(on.say("club_moved_to"), card.moved_to, "strong", rule=True))
        elif card.blocked_ms:
            at_ms, zone = card.blocked_ms, on.desk.catalogue.settings.zone
            when = formats.short_day(formats.iso_day(at_ms, zone), on.language)
            said = f"{when} {on.clock(at_ms)} · {on.person(card.blocked_by)}"
            rows.append(Pair(on.say("club_blocked_since"), said, "strong", "late", rule=True))
        rows.append(Pair(on.say("club_ready"), on.amount(activated(card, now_ms)), rule=True))
        if later:
            rows.append(Pair(on.say("club_waits"), on.amount(later), rule=True))
        if card.owes_minor:
            rows.append(Pair(on.say("club_owes"), on.amount(-card.owes_minor), rule=True))
        return (*rows, Pair(on.say("club_since"), formats.short_day(day, on.language)))

    def actions(self) -> tuple[Act, ...]:
        """Give one, or find one; block the one that is picked, or help the guest who lost it."""
        on, card = self.on, self._picked
        acts = (
            Act("do:give", on.say("club_give_card"), "accent" if card is None else "plain"),
            Act("do:find", on.say("club_find"), "plain", bool(on.desk.venue.club), "search"),
        )
        if card is None or card.moved_to:
            return acts
        if not card.blocked_ms:
            return (*acts, Act("do:block", on.say("club_block"), "outline"))
        move = Act("do:move", on.say("club_move"), "accent")
        return (*acts, move, Act("do:free", on.say("club_free"), "outline"))

    def do_block(self) -> None:
        """Nobody shows it or pays with it any more."""
        self._block("club_is_blocked", blocked=True)

    def do_free(self) -> None:
        """It was found again."""
        self._block("club_is_free", blocked=False)

    def _block(self, said: str, *, blocked: bool) -> None:
        on, number = self.on, self.on.picked

        def done(answers: Answers) -> None:
            command = c.BlockClubCard(number, on.reason_of(answers["reason"]), blocked)
            on.send(command, on.say(said))

        on.reasoned((), (), done)

    def do_move(self) -> None:
        """The guest's other card takes the points; one that nobody has is given at once."""
        on, number = self.on, self.on.picked
        title, hint = on.say("club_to"), on.say("club_number_hint")
        step = Step("address", "card", title, hint=hint, held=True)

        def done(answers: Answers) -> None:
            reason = on.reason_of(answers["reason"])
            on.send(c.MoveClubPoints(number, answers["card"], reason), on.say("club_is_moved"))

        on.reasoned((), (step,), done)

    def do_find(self) -> None:
        """By the guest's name, the number, or the card itself."""
        on = self.on

        def done(answers: Answers) -> None:
            card = card_read(on.desk.venue.club, answers["text"])
            on.sought = "" if card else answers["text"]
            on.picked = card.card if card else ""

        title, hint = on.say("club_find"), on.say("club_find_hint")
        step = Step("text", "text", title, hint=hint, optional=True, held=True)
        on.asking.begin((step,), done)

    def do_give(self) -> None:
        """A new card by its number, with the guest's name if he wants to tell it."""
        on = self.on
        title, hint = on.say("club_number"), on.say("club_number_hint")
        number = Step("address", "card", title, hint=hint, held=True)
        name = Step("text", "name", on.say("club_whose"), hint=on.say("name_hint"), optional=True)

        def done(answers: Answers) -> None:
            on.sought = ""
            on.send(c.IssueClubCard(answers["card"], answers["name"]), on.say("club_given"))

        on.asking.begin((number, name), done)
