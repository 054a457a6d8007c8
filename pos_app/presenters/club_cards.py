"""A guest's club card on a check: held before a reader or typed, given to a guest, taken off.

Shared by the order screen and the pay screen; what the points may pay stands in `payment_sums`. The
rules are the domain's (`sync_server.domain.club`). Prices and discounts by a guest's level have
their place in `ClubCards.attach`, and come with the guests.
"""

from pos_app.desk import Desk
from pos_app.presenters.presenter import Presenter, intent
from pos_app.presenters.shown import Act, Chip
from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.club import ClubCard, accrued, activated, card_read
from sync_server.domain.ids import CheckId

_SIGNS = 4


def has_club(desk: Desk) -> bool:
    """Whether this house has club cards: it gives points, or guests still hold some."""
    return bool(desk.catalogue.settings.points.earn_bp or desk.venue.club)


def card_of(desk: Desk, check: Check | None) -> ClubCard | None:
    """The club card of a check."""
    return desk.venue.club.get(check.club_card) if check is not None else None


def ending(number: str) -> str:
    """The last signs of a card's number: enough to tell it by, too few to use it."""
    return f"…{number[-_SIGNS:]}"


class ClubCards(Presenter):
    """What a club card means on a screen with a check; holds no state."""

    def club_check(self) -> CheckId | None:
        """The open check that a card would be for. Override."""
        raise NotImplementedError

    def club_held(self, code: str) -> bool:
        """A reader read something: attached if it is a club card, else False."""
        card = card_read(self.desk.venue.club, code)
        check_id = self.club_check() if card is not None else None
        if card is None or check_id is None:
            return False
        self.attach(check_id, card.card)
        return True

    def attach(self, check_id: CheckId, code: str) -> bool:
        """The card is the check's; one that nobody has yet may be given to the guest at once."""
        card = card_read(self.desk.venue.club, code)
        check = self.desk.venue.check(check_id)
        if card is not None and check is not None and check.club_card == card.card:
            self.toast(self.club_told(card), "ready", "star")
            return True
        done = self.submit(c.AttachClubCard(check_id, code))
        if done and card is not None:
            self.toast(self.club_told(card), "ready", "star")
        elif card is None and self.may("club_cards"):
            text = self.sentence("no_club_card", {"card": code})
            self.toast(text, "hold", "star", Act(f"club_give:{code}", self.say("club_give")))
        return done

    def club_told(self, card: ClubCard) -> str:
        """Whose card it is and what is on it."""
        now_ms = self.desk.now_ms()
        whose = " · ".join(part for part in (ending(card.card), card.name) if part)
        ready = self.money(activated(card, now_ms))
        text = self.say("club_told", whose=whose, sum=ready)
        later = accrued(card, now_ms)
        return f"{text}, {self.say('club_later', sum=self.money(later))}" if later else text

    def club_chip(self, check: Check) -> tuple[Chip, ...]:
        """The card of the check with what may be spent, if it has one."""
        card = card_of(self.desk, check)
        if card is None:
            return ()
        sum_ = self.amount(activated(card, self.desk.now_ms()))
        text = f"{ending(card.card)} · {sum_}"
        return (Chip(text, "club_look", icon="star", short=ending(card.card)),)

    # -- intents -------------------------------------------------------------------------------
    @intent
    def club_look(self) -> None:
        """Whose card is on the check, with the way to take it off."""
        check_id = self.club_check()
        card = card_of(self.desk, self.desk.venue.check(check_id)) if check_id else None
        if card is not None:
            self.toast(self.club_told(card), "ready", "star", Act("club_off", self.say("club_off")))

    @intent
    def club_off(self) -> None:
        """The check is nobody's card's any more."""
        check_id = self.club_check()
        if check_id is not None and self.submit(c.AttachClubCard(check_id, "")):
            self.toast(self.say("club_is_off"), "ready", "check")

    @intent
    def club_give(self, code: str) -> None:
        """A card that nobody had is the guest's from now on, and on the check."""
        check_id = self.club_check()
        if self.submit(c.IssueClubCard(code)) and check_id is not None:
            self.attach(check_id, code)
