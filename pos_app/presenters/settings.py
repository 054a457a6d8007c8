"""What a person sets for oneself: language, size of letters, light or dark, which hand taps, PIN.

A tap on one's badge in the head leads here from any screen and back to the same work. Everything
is shown at once, without a restart, and comes back at the next sign-in, at any terminal. The
view-model is in `settings_view`.
"""

from dataclasses import replace

from pos_app.desk import Desk
from pos_app.preferences import HANDS, MODES, SCALES
from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.pin_change import PinChange
from pos_app.presenters.presenter import Place, Presenter, intent
from pos_app.presenters.settings_view import SettingsView
from pos_app.presenters.shown import NO_SHEET, Act, Head, Sheet
from pos_app.words import LANGUAGES, Words


class SettingsPresenter(Presenter):
    """State: whether a card is being given, and to whom. The rest is on the desk and in the place
    one came from."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.giving = False
        self.card_for = ""
        self.pin = PinChange(self)

    def enter(self) -> None:
        """Nothing is asked."""
        self.cancel()

    @intent
    def cancel(self) -> None:
        """No card after all, or no other PIN."""
        self.giving, self.card_for = False, ""
        self.pin.shut()

    @intent
    def change_pin(self) -> None:
        """Another PIN of one's own."""
        self.pin.begin()

    @intent
    def key(self, key: str) -> None:
        """A figure of a PIN."""
        self.pin.key(key)

    @intent
    def give_card(self) -> None:
        """Ask whose card it will be."""
        self.giving = True

    @intent
    def card_of(self, staff_id: str) -> None:
        """Whose; now it is to be held to the reader."""
        self.card_for = staff_id

    @intent
    def no_card(self) -> None:
        """The person's card is lost: it signs nobody in any more."""
        self.card_held("")

    def card_held(self, card: str) -> bool:
        """A card was read; False if it is not awaited here."""
        if not self.card_for:
            return self.giving
        self.desk.later(self._give(self.card_for, card))
        self.cancel()
        return True

    async def _give(self, staff_id: str, card: str) -> None:
        reply = await self.desk.ask("give_card", {"staff_id": staff_id, "card": card})
        if reply.code:
            self.toast(self.sentence(reply.code, reply.params), "late", "error")
            return
        said = self.say("card_given" if card else "card_taken_away", name=self.person(staff_id))
        self.toast(said, "ready", "check")

    def _card(self) -> Act:
        """The way to give cards, for who may set up the house."""
        if not self.may("settings"):
            return Act()
        return Act("give_card", self.say("card_give"), "outline", icon="credit_card")

    def _sheet(self) -> Sheet:
        if self.pin.open:
            return self.pin.sheet()
        if self.card_for:
            name = self.person(self.card_for)
            asked = sheets.choices(
                self,
                self.say("card_hold", name=name),
                (Act("no_card", self.say("card_take_away"), "outline"),),
                1,
            )
            return replace(asked, text=self.say("card_hint"))
        if self.giving:
            people = tuple(
                Act(f"card_of:{staff_id}", member.name)
                for staff_id, member in self.desk.catalogue.staff.items()
                if member.active
            )
            return sheets.choices(self, self.say("card_whose"), people, 3)
        return NO_SHEET

    @intent
    def back(self) -> None:
        """To the work one came from."""
        self.place.screen = self.place.came_from or "floor"

    @intent
    def speak(self, language: str) -> None:
        """Another language."""
        self.desk.prefer(language=language)

    @intent
    def scale(self, percent: str) -> None:
        """Larger or smaller letters."""
        self.desk.prefer(scale=int(percent))

    @intent
    def mode(self, mode: str) -> None:
        """Light or dark."""
        self.desk.prefer(mode=mode)

    @intent
    def hand(self, hand: str) -> None:
        """Which hand taps: the menu stands on its side."""
        self.desk.prefer(hand=hand)

    @intent
    def plan(self) -> None:
        """To the plan of the halls."""
        self.place.screen = "plan"

    def _plan(self) -> Act:
        """The way to the plan, for who may set up the house."""
        if not self.may("settings"):
            return Act()
        return Act("plan", self.say("plan_title"), "outline", icon="table_restaurant")

    def view(self) -> SettingsView:
        """The screen as it stands."""
        chosen = self.desk.preference
        head = Head(
            self.say("my_settings"),
            self.back_act("back"),
            (),
            (self.link_chip(), self.clock_chip()),
            self.avatar(named=True),
        )
        sheet = self._sheet()
        if sheet.kind:
            # Nothing lies under a question, where a finger beside it could hit.
            return SettingsView(head=head, sheet=sheet)
        return SettingsView(
            head=head,
            language_title=self.say("language").upper(),
            languages=tuple(
                _choice(f"speak:{one}", Words.of(one).say("language_name"), one == self.language)
                for one in LANGUAGES
            ),
            scale_title=self.say("letters_size").upper(),
            scales=tuple(
                _choice(f"scale:{one}", f"{one} %", one == chosen.scale) for one in SCALES
            ),
            sample=self.say("sample_text"),
            mode_title=self.say("colours").upper(),
            modes=tuple(
                _choice(f"mode:{one}", self.say(f"mode_{one}"), one == self.desk.mode)
                for one in MODES
            ),
            hand_title=self.say("hand").upper(),
            hands=tuple(
                _choice(f"hand:{one}", self.say(f"hand_{one}"), one == (chosen.hand or HANDS[0]))
                for one in HANDS
            ),
            switch=Act("switch", self.say("switch_user"), "outline", icon="swap_horiz"),
            pin=Act("change_pin", self.say("pin_change"), "outline", icon="lock"),
            plan=self._plan(),
            card=self._card(),
            done=Act("back", self.say("done"), "accent"),
        )


def _choice(action: str, label: str, chosen: bool) -> Act:
    return Act(action, label, "ringed" if chosen else "plain", icon="check" if chosen else "")
