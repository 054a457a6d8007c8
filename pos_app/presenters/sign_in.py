"""Who is it: a name tile and a PIN, or a card. The draft of whoever locked the terminal stays.

The last figure of the PIN signs in by itself. The view-model is in `sign_in_view`.
"""

from pos_app import formats
from pos_app.desk import Desk, Health
from pos_app.presenters.devices import parts_chip
from pos_app.presenters.presenter import Place, Presenter, digits, initials, intent
from pos_app.presenters.shown import Act, Chip
from pos_app.presenters.sign_in_view import Person, SignInView
from pos_app.words import LANGUAGES, Words
from sync_server.domain.ids import StaffId
from sync_server.domain.menu import StaffMember
from sync_server.domain.shifts import holder_of
from sync_server.domain.staff import rights_of

AT_TERMINAL = frozenset({"order", "open_shift", "approve", "close_day", "settle_charge"})
_HEALTH = {"ok": "ready", "low": "hold", "down": "late"}
_SIGN = {"low": "warning", "down": "error"}
FINE_NAMED = 2
"""So many printers are named though nothing ails them; more are only counted."""


class SignInPresenter(Presenter):
    """State: who was tapped, what was typed, whether the answer is awaited."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.who = ""
        self.typed = ""
        self.message = ""
        self.waiting = False
        self.chosen_language = ""

    def enter(self) -> None:
        """Nobody is chosen, nothing typed."""
        self.who = self.typed = self.message = ""
        self.waiting = False

    @property
    def language(self) -> str:
        """Chosen on this screen, else of the person tapped, else of the venue."""
        if self.desk.me:
            return super().language
        person = self.desk.catalogue.staff.get(self.who)
        fallback = person.language if person else self.desk.catalogue.settings.language
        fallback = self.desk.preference_of(self.who).language or fallback
        return self.chosen_language or fallback

    @intent
    def person_tapped(self, staff_id: str) -> None:
        """Somebody is about to type a PIN."""
        if self.waiting:
            return
        self.who, self.typed, self.message = staff_id, "", ""

    @intent
    def key(self, key: str) -> None:
        """A figure, `clear` or `back`."""
        if self.waiting:
            return
        self.message = ""
        if key == "clear":
            self.typed = ""
        elif key == "back":
            self.typed = self.typed[:-1]
        elif not self.who:
            self.message = self.say("choose_name")
        elif len(self.typed) < self.desk.pin_places(self.who):
            self.typed += key
            if len(self.typed) == self.desk.pin_places(self.who):
                self.waiting = True
                self.desk.later(self._sign_in(self.who, self.typed))

    @intent
    def next_language(self) -> None:
        """The languages in turn."""
        now = self.language if self.language in LANGUAGES else LANGUAGES[0]
        self.chosen_language = LANGUAGES[(LANGUAGES.index(now) + 1) % len(LANGUAGES)]

    def ended(self, staff_id: str) -> None:
        """The server knows this person's sign-in no longer: it is told, and the PIN is next."""
        self.who = staff_id
        self.message = self.sentence("session_ended", {})

    def card_held(self, card: str) -> None:
        """A card or key fob was read, here or over the work of whoever is signed in."""
        if not self.waiting:
            self.waiting, self.typed, self.message = True, "", ""
            self.desk.later(self._sign_in_by_card(card))

    async def _sign_in_by_card(self, card: str) -> None:
        before = self.desk.me
        answer = await self.desk.sign_in_by_card(card)
        self.waiting = False
        if answer.code:
            said = self.sentence(answer.code, answer.params)
            if self.place.screen == "sign_in":
                self.message = said
            else:
                self.toast(said, "late", "error")
        elif self.desk.me != before:
            self.place.screen = "floor"
            self.chosen_language = ""
            self.enter()

    async def _sign_in(self, staff_id: str, pin: str) -> None:
        answer = await self.desk.sign_in(staff_id, pin)
        self.waiting, self.typed = False, ""
        if answer.code:
            self.message = self.sentence(answer.code, answer.params)
            return
        self.place.screen = "floor"
        self.chosen_language = ""
        self.enter()

    def view(self) -> SignInView:
        """The screen as it stands."""
        now, zone = self.desk.now_ms(), self.desk.catalogue.settings.zone
        hall = self.desk.catalogue.halls.get(self.desk.device.hall_id)
        place = [formats.long_day(now, zone, self.language), self.desk.device.name]
        if hall is not None:
            place.append(self.name(hall.names))
        keys = list(digits(("clear", "back")))
        keys[9] = Act("key:clear", self.say("clear"), "outline", size=17)
        return SignInView(
            clock=self.clock(now),
            place=" · ".join(place),
            prompt=self.say("who_is_it"),
            people=self._people(),
            who=self.person(self.who) if self.who else self.say("choose_name"),
            dots=len(self.typed),
            places=self.desk.pin_places(self.who) if self.who else 4,
            message=self.say("checking") if self.waiting else self.message,
            keys=tuple(keys),
            health=self._health(),
        )

    def _people(self) -> tuple[Person, ...]:
        catalogue = self.desk.catalogue
        tables: dict[StaffId, int] = {}
        for check in self.desk.venue.checks.values():
            tables[check.owner] = tables.get(check.owner, 0) + 1
        drawers = {
            shift.cashier: shift.drawer
            for shift in self.desk.venue.shifts.values()
            if shift.state != "closed"
        }
        people = []
        order = list(catalogue.roles)
        places = {role_id: place for place, role_id in enumerate(order)}

        def by_role(entry: tuple[str, StaffMember]) -> tuple[int, str]:
            return places.get(entry[1].role_id, len(places)), entry[1].name

        for staff_id, member in sorted(catalogue.staff.items(), key=by_role):
            if not member.active or not AT_TERMINAL & rights_of(catalogue, staff_id):
                continue
            role = catalogue.roles.get(member.role_id)
            said = [self.name(role.names)] if role else []
            key = StaffId(staff_id)
            if key in drawers:
                said.append(
                    self.say("purse") if holder_of(drawers[key]) else self.till(drawers[key])
                )
            elif tables.get(key):
                said.append(self.say("tables", n=tables[key]))
            people.append(
                Person(
                    f"person_tapped:{staff_id}",
                    member.name,
                    " · ".join(said),
                    initials(member.name),
                    self.colour_of(staff_id),
                    staff_id == self.who,
                )
            )
        return tuple(people)

    def _health(self) -> tuple[Chip, ...]:
        chips = [
            Chip(self.say("server_online"), dot="ready")
            if self.desk.link.online
            else Chip(self.say("server_away"), dot="hold", icon="wifi_off")
        ]
        if (down := parts_chip(self)) is not None:
            chips.append(down)
        fine = [printer for printer in self.desk.link.printers if printer.state == "ok"]
        if len(fine) > FINE_NAMED:
            chips.append(Chip(self.say("printers_ok", n=len(fine)), dot="ready"))
            fine = []
        chips += [
            self._printer(printer)
            for printer in self.desk.link.printers
            if printer.state != "ok" or printer in fine
        ]
        chips += [
            Chip(self.say(f"attached_{role}"), dot="late", icon="error")
            for role in self.desk.attached.lost
        ]
        language = Words.of(self.language).say("language_name")
        return (*chips, Chip(language, "next_language", icon="language"))

    def _printer(self, printer: Health) -> Chip:
        text = self.say("printer", name=printer.label)
        state = printer.state if printer.state in _HEALTH else "unknown"
        if state == "down" and printer.words and self.language == self._venue_language:
            text += f" — {printer.words}"
        elif state != "ok":
            text += f" — {self.say(f'printer_{state}')}"
        return Chip(text, dot=_HEALTH.get(state, "faint"), icon=_SIGN.get(state, ""))

    @property
    def _venue_language(self) -> str:
        return self.desk.catalogue.settings.language
