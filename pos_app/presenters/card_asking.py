"""The card terminal while it is asked: it waits, it declined, or nobody knows; each with the one
right next step.

Part of the pay screen. Rule: nothing here charges a card a second time by itself. An unknown offers
to ask the terminal what happened; only who may settle says what stands on its slip. The request
stands in the venue, so leaving the screen, or a restart, loses nothing. A code that the terminal
shows for the guest's telephone goes the same way. Rules: `domain.cards`.
"""

from pos_app.presenters.questions import Questions
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from sync_server.domain import commands as c
from sync_server.domain.cards import WAITING, CardRequest
from sync_server.domain.ids import PaymentId
from sync_server.domain.menu import CardTerminal
from sync_server.domain.rejections import Refused
from sync_server.domain.shifts import Shift


class CardAsking:
    """State: the request that is looked at. `by_hand`: the next card is taken by hand after all."""

    def __init__(self, presenter: Questions) -> None:
        self._on = presenter
        self.shut()

    def shut(self) -> None:
        """No request is looked at; it goes on all the same."""
        self.payment_id = PaymentId("")
        self.by_hand = False

    @property
    def terminal(self) -> CardTerminal | None:
        """The terminal at this drawer that can be asked now; without one a card goes by hand."""
        desk = self._on.desk
        if self.by_hand or not desk.link.online or self.shift is None:
            return None
        return desk.catalogue.card_terminals.get(desk.device.drawer)

    def takes(self, tender: str) -> bool:
        """Whether the terminal is asked for this tender."""
        terminal = self.terminal
        if terminal is None:
            return False
        return tender == "card" or (tender == "qr" and terminal.shows_codes)

    @property
    def shift(self) -> Shift | None:
        """The shift of the drawer at which the terminal stands, whoever carries a purse here."""
        desk = self._on.desk
        return desk.venue.shift_at(desk.device.drawer)

    @property
    def request(self) -> CardRequest | None:
        """The request that is looked at."""
        return self._on.desk.venue.cards.get(self.payment_id)

    @property
    def open(self) -> bool:
        """Whether it wants to be looked at."""
        return self.request is not None

    def take_up(self, check_id: str) -> None:
        """Look at what waits for a check, when its screen comes forward."""
        for request in self._on.desk.venue.cards.values():
            if request.check_id == check_id and request.state in WAITING and not request.of:
                self.payment_id = request.payment_id

    def ask(self, command: c.AskCard) -> None:
        """Have the terminal ask for the card."""
        decision = self._on.desk.submit(command)
        wanted = isinstance(decision, Refused) and self._on.approval.wanted(command, decision)
        if wanted or self._on.told(decision):
            self.payment_id = command.payment_id

    def do(self, what: str) -> None:
        """One of the buttons: look, cancel, yes, no, again, hand, leave."""
        on, request = self._on, self.request
        if request is None:
            return
        match what:
            case "look":
                if on.submit(c.LookAtCard(request.payment_id)):
                    on.toast(on.say("card_is_asked"), "hold", "credit_card")
            case "cancel":
                on.submit(c.CancelCard(request.payment_id))
            case "yes" | "no":
                self._resolve(c.ResolveCard(request.payment_id, what == "yes"), request)
            case _:
                self.shut()
                self.by_hand = what == "hand"

    def _resolve(self, command: c.ResolveCard, request: CardRequest) -> None:
        on = self._on
        decision = on.desk.submit(command)
        if isinstance(decision, Refused) and on.approval.wanted(command, decision):
            return
        on.told(decision)

    def sheet(self) -> Sheet:
        """How the request stands; nothing once it went through, which is said once."""
        on, request = self._on, self.request
        if request is None:
            return NO_SHEET
        sum_ = on.money(request.full_minor)
        if request.state == "approved":
            went = self._say("went", sum=sum_)
            self.shut()
            on.went_through()
            on.toast(went, "ready", "check")
            return NO_SHEET
        later = Act("card_do:leave", on.say("card_later"))
        if request.state == "pending":
            stop = Act("card_do:cancel", on.say("card_stop"), "outline", icon="close")
            text = self._say("waits_text")
            title = self._say("waits", sum=sum_)
            return Sheet("choices", title, text=text, choices=(stop,), cancel=later, columns=1)
        if request.state == "unknown":
            return self._unknown(request, sum_, later)
        sign = "qr_code_2" if request.tender == "qr" else "credit_card"
        again = Act("card_do:again", self._say("again"), "accent", icon=sign)
        hand = Act("card_do:hand", self._say("hand"), "plain")
        return Sheet(
            "choices",
            on.say("card_was_declined", sum=sum_),
            text=self._why(request),
            choices=(again, hand),
            columns=1,
        )

    def _unknown(self, request: CardRequest, sum_: str, later: Act) -> Sheet:
        """Nobody knows, or, where the terminal stands alone, only the person in front of it."""
        on, alone = self._on, request.code == "by_hand"
        look = Act("card_do:look", on.say("card_look"), "accent", icon="search")
        seen = (
            Act("card_do:yes", on.say("card_yes"), "plain", icon="check"),
            Act("card_do:no", on.say("card_no"), "plain", icon="close"),
        )
        return Sheet(
            "choices",
            on.say("card_by_hand_title" if alone else "card_nobody_knows", sum=sum_),
            text=on.say("card_by_hand_text" if alone else "card_nobody_text"),
            choices=seen if alone else (look, *seen),
            cancel=later,
            columns=1,
        )

    def _say(self, key: str, **params: object) -> str:
        """The words for a card, or for a code where that has words of its own."""
        on, request = self._on, self.request
        own = f"qr_{key}"
        by_code = request is not None and request.tender == "qr" and on.words.knows(own)
        return on.say(own if by_code else f"card_{key}", **params)

    def _why(self, request: CardRequest) -> str:
        """Why the card was not charged, in our words and in the terminal's."""
        on = self._on
        known = request.code != "declined" and on.words.knows(f"card_why_{request.code}")
        said = self._say(f"why_{request.code}" if known else "why_declined")
        return f"{said} ({request.words})" if request.words else said
