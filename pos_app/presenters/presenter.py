"""Base of the presenters: intents by name, words in the person's language, refusals as sentences.

Rule: a presenter holds only what is on the screen and nowhere else (which line is picked, what
was typed). Everything else is read from the desk each time `view` is called. An action id is an
intent's name and its argument ("tap_item:borscht"); unknown intents are a fault of ours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters.shown import NO_BANNER, Act, Avatar, Banner, Chip
from pos_app.words import Words
from sync_server.domain.checks import Check
from sync_server.domain.floor_plan import label_of
from sync_server.domain.lending import rights_lent
from sync_server.domain.rejections import Decision, Refused
from sync_server.domain.shifts import Shift, holder_of
from sync_server.domain.staff import rights_of

F = TypeVar("F", bound=Callable[..., None])


def intent(method: F) -> F:
    """Mark a method as something that a tap may mean."""
    method.is_intent = True  # type: ignore[attr-defined]
    return method


@dataclass(slots=True)
class Place:
    """Where the terminal is: the screen, the check in work, what passes over the screen."""

    screen: str = "sign_in"
    check_id: str = ""
    toast: Banner = NO_BANNER
    toast_until_ms: int = 0
    hall_id: str = ""
    came_from: str = ""
    tab: str = ""
    """The tab of the cash desk that is wanted there; empty is the one that was open."""
    part_minor: int = 0
    """What part of the check the room is charged with; 0 is all that is left."""
    part_of: tuple[str, str] = ("", "")
    """A check made to pay for some dishes, and the one that has the rest of them."""
    undo: tuple[object, ...] = ()
    """What takes the last step back, while its words are on the screen."""
    quick: bool = False
    """Quick sales: the first dish opens the check, a paid one makes room for the next."""
    pays_at: str = ""
    """The screen on which a payment waits until a drawer is open."""
    waits_for: str = ""
    """The approval that a sheet here waits for, or that its command took along."""


AGAIN_MS = 700
"""A second tap on the same button within this time is the same tap."""
TOAST_MS = 6_000


class Presenter:
    """See the module."""

    _intents: ClassVar[dict[str, str]] = {}

    def __init__(self, desk: Desk, place: Place) -> None:
        self.desk = desk
        self.place = place

    def __init_subclass__(cls) -> None:
        cls._intents = {
            name: name for name in dir(cls) if getattr(getattr(cls, name), "is_intent", False)
        }

    def knows(self, action: str) -> bool:
        """Whether this screen has such a tap."""
        return action.partition(":")[0] in self._intents

    def act(self, action: str) -> None:
        """Do what a tap means. Raises KeyError for an unknown intent."""
        name, _, argument = action.partition(":")
        method = getattr(self, self._intents[name])
        if argument:
            method(argument)
        else:
            method()

    def view(self) -> object:
        """The screen's view-model as things stand. Override."""
        raise NotImplementedError

    def enter(self) -> None:
        """The screen comes forward: forget what was picked and typed. Override."""

    # -- words ---------------------------------------------------------------------------------
    @property
    def language(self) -> str:
        """As the person signed in chose, else the person's own, else of the venue."""
        if self.desk.preference.language:
            return self.desk.preference.language
        person = self.desk.catalogue.staff.get(self.desk.me)
        return person.language if person else self.desk.catalogue.settings.language

    @property
    def words(self) -> Words:
        """Sentences in the language."""
        return Words.of(self.language)

    def say(self, key: str, **params: object) -> str:
        """A text by its key."""
        return self.words.say(key, **params)

    def name(self, names: dict[str, str]) -> str:
        """A name of the catalogue in the language."""
        return self.desk.catalogue.name(names, self.language)

    def tables_of(self, check: Check) -> str:
        """The table of a check with those pushed to it, "5+6"; empty for a tab."""
        return label_of(self.desk.catalogue.tables, (check.table_id, *check.joined))

    def where(self, check: Check) -> str:
        """The table of a check, or whose tab it is."""
        label = self.tables_of(check)
        return self.say("table_title", label=label) if label else check.name

    def person(self, staff_id: str) -> str:
        """The name of somebody."""
        person = self.desk.catalogue.staff.get(staff_id)
        return person.name if person else staff_id

    def reason_of(self, reason: str) -> str:
        """A reason by its name, or as it was written."""
        known = self.desk.catalogue.reasons.get(reason)
        return self.name(known.names) if known else reason

    @property
    def till_shift(self) -> Shift | None:
        """Where the money taken here goes: one's own purse while it is open, else the drawer."""
        return self.desk.venue.till_of(self.desk.me, self.desk.device.drawer)

    def till(self, drawer: str) -> str:
        """A drawer by its name, a purse by its holder's."""
        holder = holder_of(drawer)
        if holder:
            return self.say("purse_of", name=self.person(holder))
        return self.say("drawer_of", drawer=drawer)

    def whose_till(self, shift: Shift) -> str:
        """The drawer with who answers for it; a purse says both at once."""
        till = self.till(shift.drawer)
        return till if holder_of(shift.drawer) else f"{till} · {self.person(shift.cashier)}"

    def money(self, amount_minor: int) -> str:
        """With currency."""
        return formats.money(amount_minor, self.currency, self.language)

    def amount(self, amount_minor: int) -> str:
        """Without currency."""
        return formats.amount(amount_minor, self.currency, self.language)

    def short(self, amount_minor: int) -> str:
        """Without currency and without empty decimals."""
        return formats.short(amount_minor, self.currency, self.language)

    @property
    def currency(self) -> str:
        """Of the venue."""
        return self.desk.catalogue.settings.currency

    def clock(self, at_ms: int) -> str:
        """A time of day in the venue's zone."""
        return formats.clock(at_ms, self.desk.catalogue.settings.zone)

    # -- rights and outcomes -------------------------------------------------------------------
    def may(self, right: str) -> bool:
        """Whether the person signed in has a right, of their own or lent."""
        desk = self.desk
        if right in rights_of(desk.catalogue, desk.me):
            return True
        return right in rights_lent(desk.venue.lent.values(), desk.me, desk.now_ms())

    def submit(self, command: object, approval: str = "") -> bool:
        """Submit; a refusal or an adjustment is said in words. True when accepted."""
        decision = self.desk.submit(command, approval)
        return self.told(decision)

    def told(self, decision: Decision) -> bool:
        """Say what a decision says, if it says anything."""
        if isinstance(decision, Refused):
            self.toast(self.sentence(decision.code, decision.params), "late", "error")
            return False
        if decision.adjusted is not None:
            adjusted = decision.adjusted
            self.toast(self.sentence(adjusted.code, adjusted.params), "hold", "info")
        return True

    def toast(
        self, text: str, token: str = "hold", icon: str = "info", act: Act | None = None
    ) -> None:
        """Words that pass by themselves."""
        self.place.toast = Banner(text, token, icon, act)
        self.place.toast_until_ms = self.desk.now_ms() + TOAST_MS

    def undoable(self, text: str, *commands: object) -> None:
        """Say what was done, with a button that takes it back."""
        self.toast(text, "ready", "check", Act("undo_last", self.say("undo")))
        self.place.undo = commands

    @intent
    def undo_last(self) -> None:
        """Take back what was just said to be done."""
        commands, self.place.undo = self.place.undo, ()
        if not commands:
            self.toast(self.say("nothing_to_undo"))
            return
        if all(self.submit(command) for command in commands):
            self.toast(self.say("undone"), "ready", "undo")

    def sentence(self, code: str, params: Any) -> str:
        """A refusal or notice in words: who, what, when."""
        shown: dict[str, object] = {}
        for key, value in dict(params or {}).items():
            shown[key] = self._param(key, value)
        if shown.get("by") == "":  # nobody signs in at a kitchen's screen, nor is the server one
            itself = "kitchen_itself" if code == "item_stopped" else "server_itself"
            shown["by"] = self.say(itself)
        return self.words.refusal(code, shown)

    def _param(self, key: str, value: object) -> object:
        catalogue = self.desk.catalogue
        if key.endswith("_minor") and isinstance(value, int):
            return self.money(value)
        if key.endswith("_bp") and isinstance(value, int):
            return formats.percent(value, self.language)
        if key.endswith("_ms") and isinstance(value, int):
            return self._moment(value) if value else "?"
        if key.endswith("_milli") and isinstance(value, int):
            return formats.quantity(value, self.language)
        if key == "drawer" and holder_of(str(value)):
            return self.till(str(value))
        if key in ("by", "owner"):
            return self.person(str(value))
        if key == "item" and str(value) in catalogue.items:
            return self.name(catalogue.items[str(value)].names)
        if key in ("group", "part"):
            return self._own_name(str(value))
        if key == "table" and str(value) in catalogue.tables:
            return catalogue.tables[str(value)].label
        if key in ("why", "what") and self.words.knows(f"hotel_{value}"):
            return self.say(f"hotel_{value}")
        if key == "words":
            return f"({value})" if value else ""
        if key == "right":
            return self.right(str(value))
        return value

    def _moment(self, at_ms: int) -> str:
        """The time of a moment of today, and its day where it is another one."""
        zone = self.desk.catalogue.settings.zone
        day, today = formats.iso_day(at_ms, zone), formats.iso_day(self.desk.now_ms(), zone)
        if day == today:
            return self.clock(at_ms)
        dated = formats.short_day if day[:4] == today[:4] else formats.full_day
        return f"{self.clock(at_ms)}, {dated(day, self.language)}"

    def right(self, right: str) -> str:
        """What a right allows; the code of one that only a newer server knows."""
        key = f"right_{right}"
        return self.say(key) if self.words.knows(key) else right

    def _own_name(self, told: str) -> str:
        """A group of choices or a part of a set, which the domain names in the house's language, in
        the person's own."""
        catalogue = self.desk.catalogue
        named = [group.names for group in catalogue.groups.values()]
        named += [part.names for item in catalogue.items.values() for part in item.parts]
        house = catalogue.settings.language
        known = (names for names in named if catalogue.name(names, house) == told)
        return next((self.name(names) for names in known), told)

    # -- pieces of every head ------------------------------------------------------------------
    def link_chip(self, detail: bool = False) -> Chip:
        """Online or not; no head is without it."""
        link = self.desk.link
        if link.online:
            text = short = self.say("online")
            if detail and link.latency_ms >= 0:
                text += f" · {link.latency_ms} {self.say('ms')}"
            return Chip(text, dot="ready", short=short, sign="wifi")
        return Chip(self.say("offline"), dot="hold", icon="wifi_off", sign="wifi_off")

    def clock_chip(self) -> Chip:
        """The time."""
        return Chip(self.clock(self.desk.now_ms()))

    def avatar(self, named: bool = False) -> Avatar:
        """The person signed in."""
        name = self.person(self.desk.me)
        return Avatar(
            initials(name), self.colour_of(self.desk.me), "settings", name if named else ""
        )

    def colour_of(self, staff_id: str) -> str:
        """A person's colour: one of six, the same every day."""
        order = list(self.desk.catalogue.staff)
        place = order.index(staff_id) if staff_id in order else 0
        return f"person{place % 6 + 1}"

    def back_act(self, key: str) -> Act:
        """The way back, named after where it leads."""
        return Act("back", self.say(key), "outline", icon="chevron_left", size=15)


def after(value: str, values: Sequence[str]) -> str:
    """The value that follows in a row of a few, the first after the last or an unknown one."""
    at = values.index(value) if value in values else -1
    return values[(at + 1) % len(values)]


def initials(name: str) -> str:
    """Two letters for a badge."""
    parts = [part for part in name.replace(".", " ").split() if part]
    return "".join(part[0] for part in parts[:2]).upper()


def digits(places: tuple[str, str] = ("00", "back"), size: int = 24) -> tuple[Act, ...]:
    """A keypad: nine figures, then a key of choice, nought, backspace. Ids are `key:…`."""
    left, _ = places
    made = [Act(f"key:{number}", str(number), size=size) for number in range(1, 10)]
    return (
        *made,
        Act(f"key:{left}", left, size=size - 2),
        Act("key:0", "0", size=size),
        Act("key:back", icon="backspace", size=20),
    )
