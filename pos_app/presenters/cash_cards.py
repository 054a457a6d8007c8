"""Cards that were asked of a terminal: those nobody knows of first, each with the one next step.

Rule: nothing here charges a card. An unknown is asked after at its terminal; only who may settle
says what stands on the terminal's slip. The same on the pay screen: `card_asking`.
"""

from pos_app.presenters.cash_section import SHOWN, Section
from pos_app.presenters.shown import Act, Card, Pair
from sync_server.domain import commands as c
from sync_server.domain.cards import WAITING, CardRequest
from sync_server.domain.ids import PaymentId

_STRIPE = {"pending": "hold", "unknown": "late", "approved": "ready", "declined": "line"}


class CardsSection(Section):
    """The list, the waiting ones first, and one of them."""

    def _requests(self) -> list[CardRequest]:
        known = list(reversed(self.on.desk.venue.cards.values()))
        return sorted(known, key=lambda each: each.state not in WAITING)[:SHOWN]

    @property
    def request(self) -> CardRequest | None:
        """The one that is picked."""
        return self.on.desk.venue.cards.get(PaymentId(self.on.picked))

    def cards(self) -> tuple[Card, ...]:
        """Check, sum, how it stands."""
        return tuple(self._card(request) for request in self._requests())

    def _card(self, request: CardRequest) -> Card:
        on = self.on
        by = "qr" if request.tender == "qr" and request.state == "pending" else "card"
        said = [on.say(f"{by}_{request.state}"), on.clock(request.at_ms), on.person(request.by)]
        title = on.say("check") + f" {request.number}"
        amount = -request.full_minor if request.of else request.full_minor
        stripe = _STRIPE[request.state]
        if request.payment_id == on.picked:
            stripe = "accent"
        key = f"open:{request.payment_id}"
        return Card(title, (" · ".join(said),), on.amount(amount), stripe, key)

    def empty(self) -> str:
        """No terminal was asked."""
        return self.on.say("no_cards")

    def title(self) -> str:
        """Which one."""
        return self.on.say("check") + f" {self.request.number}" if self.request else ""

    def rows(self) -> tuple[Pair, ...]:
        """What is known of it."""
        on, request = self.on, self.request
        if request is None:
            return ()
        slip = ", ".join(request.references)
        facts = (
            ("total", on.money(request.full_minor)),
            ("tender", on.say(f"tender_{request.tender}")),
            ("with_tip_of", on.amount(request.tip_minor) if request.tip_minor else ""),
            ("card_terminal", request.terminal_id),
            ("card_slip", slip),
            ("card_words", request.words),
        )
        return tuple(Pair(on.say(key), value, rule=True) for key, value in facts if value)

    def notes(self) -> tuple[Card, ...]:
        """The one right next step."""
        if self.request is None or self.request.state not in WAITING:
            return ()
        by_hand = self.request.code == "by_hand"
        key = "card_by_hand_text" if by_hand else "card_nobody_text"
        if self.request.state == "pending":
            key = "qr_waits_text" if self.request.tender == "qr" else "card_waits_text"
        return (Card(self.on.say(key), (), "", "hold"),)

    def actions(self) -> tuple[Act, ...]:
        """Ask the terminal; say what its slip says; let it be."""
        on, state = self.on, self.request.state if self.request else ""
        return (
            Act("do:look", on.say("card_look"), "accent", state in WAITING, icon="search"),
            Act("do:yes", on.say("card_yes"), "plain", state == "unknown"),
            Act("do:no", on.say("card_no"), "plain", state == "unknown"),
            Act("do:stop", on.say("card_stop"), "outline", state == "pending"),
        )

    def do(self, what: str) -> None:
        """Look, stop, or a person's word."""
        on, request = self.on, self.request
        if request is None:
            return
        payment_id = request.payment_id
        commands: dict[str, object] = {
            "look": c.LookAtCard(payment_id),
            "stop": c.CancelCard(payment_id),
            "yes": c.ResolveCard(payment_id, True),
            "no": c.ResolveCard(payment_id, False),
        }
        said = "card_is_asked" if what in ("look", "stop") else "done_settled"
        on.send(commands[what], on.say(said))
