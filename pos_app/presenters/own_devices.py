"""What hangs on this terminal: find it, choose it, try it, keep it.

A try works with what stands on the screen, and leaving without saving takes that back; saving
writes the terminal's own file, so it needs no server. While this screen is forward a scan is only
shown: it signs nobody in and orders nothing. Devices are `pos_app.attached`, their lines
`pos_app.attached_settings`; the view-model is `devices_view`.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from pos_app.attached_settings import KEYBOARD, AttachedSettings, Role, Seen, plugged_in
from pos_app.desk import Desk
from pos_app.presenters.devices import SetUpPresenter
from pos_app.presenters.devices_view import DevicesView
from pos_app.presenters.presenter import Place, after, intent
from pos_app.presenters.shown import Act, Card, Pair

ROLES: Final[tuple[Role, ...]] = ("card", "barcode", "scale", "display")
READERS: Final = ("card", "barcode")
SPEEDS: Final = ("1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200")
FORMATS: Final = ("8N1", "7E1", "7O1", "8E1")
PREFIXES: Final = ("", ";", "%", "+", "~")
PAGES: Final = ("cp866", "cp1251", "cp1125", "cp852", "cp858")
SHOWN_OF_CARD = 4


class OwnDevicesPresenter(SetUpPresenter):
    """State: the device on the screen, all as it would be saved, what was found, what was said."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.role: Role = "barcode"
        self.saved = self.draft = desk.attached.settings
        self.found: tuple[Seen, ...] = ()
        self.looked = False
        self.said: Card | None = None

    def enter(self) -> None:
        """As it is in use; nothing tried yet."""
        self.saved = self.draft = self.desk.attached.settings
        self.said, self.waiting = None, False

    # -- ways out ------------------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """To the floor; what was only tried is let go."""
        self._let_go()
        super().back()

    @intent
    def tab(self, screen: str) -> None:
        """Another screen of the set-up."""
        self._let_go()
        super().tab(screen)

    def _let_go(self) -> None:
        if self.desk.attached.settings != self.saved:
            self.desk.later(self._use_saved())

    async def _use_saved(self) -> None:
        await self._use(self.saved)

    async def _use(self, given: AttachedSettings) -> bool:
        if given == self.desk.attached.settings:
            return True
        fault = await self.desk.attached.use(given)
        if fault:
            self.said = Card(self.say("own_wrong"), (fault,), stripe="late", icon="error")
        return not fault

    # -- choosing ------------------------------------------------------------------------------
    @intent
    def pick(self, role: str) -> None:
        """Another device."""
        self.role = next((one for one in ROLES if one == role), self.role)
        self.said = None

    @intent
    def find(self) -> None:
        """Look at what is plugged in."""
        if not self.waiting:
            self.waiting = True
            self.desk.later(self._find())

    async def _find(self) -> None:
        self.found, self.looked = await asyncio.to_thread(plugged_in), True
        self.waiting = False

    @intent
    def pick_found(self, number: str) -> None:
        """What was found is the device on the screen."""
        at = int(number)
        if at < len(self.found):
            self._change(**{self.role: self.found[at].line})

    @intent
    def turn(self, what: str) -> None:
        """The next value of a row."""
        draft = self.draft
        match what:
            case "place":
                self._change(**{self.role: after(self._line, self._places())})
            case "speed":
                self._change(**{self.role: _with(self._line, 0, SPEEDS)})
            case "format":
                self._change(**{self.role: _with(self._line, 1, FORMATS)})
            case "speaks":
                self._change(scale_speaks=after(draft.scale_speaks, ("toledo", "sma")))
            case "page":
                self._change(display_page=after(draft.display_page, PAGES))
            case "prefix":
                self._change(typed_card=after(draft.typed_card, PREFIXES))

    def _change(self, **changes: str) -> None:
        self.draft = msgspec.structs.replace(self.draft, **changes)
        self.said = None

    @property
    def _line(self) -> str:
        return str(getattr(self.draft, self.role))

    def _places(self) -> tuple[str, ...]:
        readers = self.role in READERS
        found = [x.line for x in self.found if x.serial or readers]
        known = ("", KEYBOARD) if readers else ("",)
        return tuple(dict.fromkeys((*known, self._line, *found)))

    # -- trying and keeping --------------------------------------------------------------------
    @intent
    def try_it(self) -> None:
        """Weigh, show, or wait for a card or a code."""
        if not self.waiting:
            self.waiting = True
            self.desk.later(self._try())

    async def _try(self) -> None:
        ready = await self._use(self.draft)
        attached = self.desk.attached
        if ready and self.role == "scale" and attached.weighs:
            weighed = await attached.weigh()
            grams = self.say("grams", qty=weighed.grams)
            self._tell(not weighed.code, self.say(weighed.code) if weighed.code else grams)
        elif ready and self.role == "display" and attached.shows:
            attached.show(((self.desk.catalogue.settings.name, ""), (self.say("total"), "123.45")))
            await asyncio.to_thread(attached.shown)
            up = attached.is_up("display") is not False
            self._tell(up, self.say("own_look_there" if up else "own_lost"))
        elif ready and self.role in READERS:
            key = "own_hold_card" if self.role == "card" else "own_scan_now"
            self.said = Card(self.say(key), (), stripe="accent")
        self.waiting = False

    def _tell(self, well: bool, text: str) -> None:
        title = self.say("tried_well" if well else "tried_badly")
        icon = "check_circle" if well else "error"
        self.said = Card(title, (text,), stripe="ready" if well else "late", icon=icon)

    def heard(self, kind: str, code: str) -> None:
        """A reader said something: shown, a card only by its end, since whoever knows it whole
        could sign in by it."""
        shown = code if kind == "barcode" else f"…{code[-SHOWN_OF_CARD:]}"
        name = self.say(f"own_heard_{kind}")
        self.said = Card(name, (shown,), stripe="ready", icon="check_circle")

    @intent
    def save(self) -> None:
        """In use from now on, after a restart too."""
        if not self.may("settings"):
            self.toast(self.sentence("not_allowed", {"right": "settings"}))
        elif not self.waiting:
            self.waiting = True
            self.desk.later(self._save())

    async def _save(self) -> None:
        if await self._use(self.draft):
            if await self.desk.attached.keep():
                self.saved = self.draft
                self.toast(self.say("own_saved"), "ready", "check")
            else:
                self.toast(self.say("refused_cannot_save"), "late", "error")
        self.waiting = False

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> DevicesView:
        """The screen as it stands."""
        free = not self.waiting
        changed = self.draft != self.saved
        title = self.say("own_title", name=self.desk.device.name)
        return DevicesView(
            head=self.head(),
            tabs=self.tabs("own_devices"),
            left_title=title,
            left_cards=(*(self._card(role) for role in ROLES), *self._found_cards()),
            middle_title=self.say(f"attached_{self.role}"),
            rows=self._rows(),
            foot=self.say("own_foot"),
            right_title=self.say("try_title"),
            cards=(self.said or Card(self.say("own_try_title"), (self.say("own_try"),)),),
            third=Act("find", self.say("own_find"), "outline", free, "search", size=17),
            second=Act("try_it", self.say("own_try_do"), "plain", free and bool(self._line),
                       size=17),
            main=Act("save", self.say("save"), "go", free and changed, size=20),
        )  # fmt: skip

    def _card(self, role: Role) -> Card:
        line = str(getattr(self.draft, role))
        in_use = line == str(getattr(self.desk.attached.settings, role))
        up = self.desk.attached.is_up(role) if in_use else None
        key = {True: "own_up", False: "own_lost", None: "own_unknown"}[up]
        state = self.say(key) if line not in ("", KEYBOARD) else ""
        stripe = {True: "ready", False: "late", None: "faint"}[up]
        return Card(
            self.say(f"attached_{role}"),
            tuple(filter(None, (self._place_of(line), state))),
            stripe=stripe if state else "",
            id=f"pick:{role}",
            icon="chevron_right" if role == self.role else "",
        )

    def _found_cards(self) -> tuple[Card, ...]:
        if self.looked and not self.found:
            return (Card(self.say("own_nothing"), (self.say("own_nothing_hint"),)),)
        return tuple(
            Card(
                seen.name or self._place_of(seen.line),
                (self._place_of(seen.line), self.say("own_take")),
                stripe="accent",
                id=f"pick_found:{number}",
            )
            for number, seen in enumerate(self.found)
            if seen.serial or self.role in READERS
        )

    def _place_of(self, line: str) -> str:
        """A line as people read it."""
        if not line:
            return self.say("own_none")
        if line == KEYBOARD:
            return self.say("own_keyboard")
        kind, _, rest = line.partition(":")
        return f"USB {rest}" if kind == "usb" else rest.partition(",")[0]

    def _rows(self) -> tuple[Pair, ...]:
        line, draft = self._line, self.draft
        values: list[tuple[str, str]] = [("place", self._place_of(line))]
        if line.startswith("serial:"):
            speed, form = _serial_parts(line)
            values += [("speed", speed), ("format", form)]
        if self.role == "scale":
            values.append(("speaks", draft.scale_speaks.upper()))
        elif self.role == "display":
            values.append(("page", draft.display_page.upper()))
        elif self.role == "card":
            values.append(("prefix", draft.typed_card or "—"))
        return tuple(
            Pair(self.say(f"own_row_{what}"), value, rule=True, id=f"turn:{what}")
            for what, value in values
        )


def _serial_parts(line: str) -> tuple[str, str]:
    """Speed and format of a serial line, what is not said as it is meant."""
    _, speed, form, *_ = (*line.split(","), "", "")
    return speed or SPEEDS[3], form or FORMATS[0]


def _with(line: str, part: int, values: Sequence[str]) -> str:
    """A serial line with the next value of its speed (0) or format (1)."""
    port, *rest = line.split(",")
    parts = [*_serial_parts(line)]
    parts[part] = after(parts[part], values)
    return ",".join((port, *parts, *rest[2:]))
