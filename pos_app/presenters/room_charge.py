"""A check, or part of it, to a guest's room: find the guest, see the limit, charge.

Only with a link to the hotel, because the guest must be looked up first. A charge without an
answer is never repeated from here: reception looks, and says it. View-model: `room_charge_view`.
"""

from collections.abc import Mapping
from typing import Any

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters.presenter import Place, Presenter, digits, intent
from pos_app.presenters.room_charge_view import Guest, RoomChargeView
from pos_app.presenters.shown import Act, Card, Chip, Head, Pair
from sync_server.domain import commands as c
from sync_server.domain.checks import Check, balance
from sync_server.domain.folio import Charge, parts
from sync_server.domain.ids import ChargeId
from sync_server.domain.limits import AMOUNT_MINOR
from sync_server.domain.shifts import Shift

_ALPHABETS = {
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'",
    "en": "abcdefghijklmnopqrstuvwxyz'-",
    "pl": "aąbcćdeęfghijklłmnńoóprsśtuwyzźż",
}
_NAME_LEAST = 2
_GUESTS = 4


class RoomChargePresenter(Presenter):
    """State: what is searched, who was found and picked, the part, whether a slip is wanted."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.enter()

    def enter(self) -> None:
        """Nobody searched, nobody found."""
        self.typed, self.letters = "", False
        self.found: list[Mapping[str, Any]] = []
        self.picked, self.message, self.searched = "", "", ""
        self.part_typing = False
        # A part that was chosen on the pay screen is charged here without typing it again.
        self.part_typed = str(self.place.part_minor or "")
        self.slip = True

    @property
    def check(self) -> Check | None:
        """The check that is charged."""
        return self.desk.venue.check(self.place.check_id)

    @property
    def shift(self) -> Shift | None:
        """The open shift at this terminal's drawer."""
        return self.desk.venue.shift_at(self.desk.device.drawer)

    # -- intents -------------------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """To the other tenders."""
        self.place.screen = "payment"

    @intent
    def key(self, key: str) -> None:
        """A figure of the room, a letter of the name, or of the part of the sum."""
        if key == "letters":
            self.letters, self.typed = not self.letters, ""
            return
        if self.part_typing:
            self._part_key(key)
            return
        self.typed = self.typed[:-1] if key == "back" else (self.typed + key)[:40]
        self.picked = ""
        if self._worth_asking():
            self.desk.later(self._search(self.typed))
        else:
            self.found, self.message = [], ""

    def _part_key(self, key: str) -> None:
        if key == "back":
            self.part_typed = self.part_typed[:-1]
        elif int(self.part_typed + key) <= AMOUNT_MINOR:
            self.part_typed = (self.part_typed + key).lstrip("0")

    def _worth_asking(self) -> bool:
        return len(self.typed) >= _NAME_LEAST if self.letters else bool(self.typed)

    async def _search(self, typed: str) -> None:
        answer = await self.desk.ask("guests", {"query": typed})
        if typed != self.typed:
            return
        self.searched = typed
        self.found = []
        if answer.code:
            nobody = answer.code == "no_guest"
            self.message = (
                self.say("nobody_found", what=typed) if nobody else self.sentence(answer.code, {})
            )
            return
        self.message = ""
        self.found = list(answer.body["guests"])[:_GUESTS]
        free = [guest for guest in self.found if not self._refused(guest)]
        self.picked = str(free[0]["stay_id"]) if len(free) == 1 else ""

    @intent
    def guest(self, stay_id: str) -> None:
        """This guest signs."""
        self.picked = stay_id

    @intent
    def part(self) -> None:
        """Type how much of the check."""
        self.part_typing = not self.part_typing
        self.letters = False
        self.part_typed = ""

    @intent
    def toggle_slip(self) -> None:
        """With or without a slip to sign."""
        self.slip = not self.slip

    @intent
    def charge(self) -> None:
        """Ask the hotel to put it on the folio."""
        check, shift, guest = self.check, self.shift, self._picked()
        if check is None or shift is None or guest is None:
            return
        command = c.ChargeRoom(
            check.check_id,
            ChargeId(self.desk.new_id()),
            shift.shift_id,
            str(guest["stay_id"]),
            str(guest["room"]),
            str(guest["name"]),
            self._amount(check),
            slip=self.slip,
        )
        if self.submit(command):
            self.place.part_minor = 0
            self.enter()
            self.place.screen = "payment"
            self.toast(self.say("charge_asked", room=str(guest["room"])), "ready", "hotel")

    @intent
    def on_folio(self, charge_id: str) -> None:
        """Reception sees the charge on the folio."""
        self.submit(c.ResolveCharge(ChargeId(charge_id), True))

    # -- view ----------------------------------------------------------------------------------
    def _picked(self) -> Mapping[str, Any] | None:
        return next((g for g in self.found if g["stay_id"] == self.picked), None)

    def _amount(self, check: Check) -> int:
        left = balance(check)
        return min(left, int(self.part_typed)) if self.part_typed else left

    def _refused(self, guest: Mapping[str, Any]) -> str:
        if guest.get("no_post"):
            return self.say("no_post")
        limit = int(guest["limit_left_minor"])
        check = self.check
        if limit >= 0 and check is not None and self._amount(check) > limit:
            return self.say("limit_short", sum=self.money(limit))
        return ""

    def view(self) -> RoomChargeView:
        """The screen as it stands."""
        check = self.check
        if check is None:
            return RoomChargeView(head=Head("", self.back_act("pay")))
        entry = self.typed
        if self.part_typing:
            entry = self.money(int(self.part_typed or "0"))
        elif entry and not self.letters:
            entry = self.say("room_number", room=entry)
        return RoomChargeView(
            head=self._head(check),
            entry=entry or self.say("room_hint"),
            entry_faint=not entry,
            hint=self.say("part_hint" if self.part_typing else "room_long_hint"),
            keys=self._keys(),
            letters=self.letters,
            guests=tuple(self._guest(guest) for guest in self.found),
            message=self.message or ("" if self.found else self.say("search_guest")),
            sums=self._sums(check) if self.found else (),
            options=(
                self._part_act(check),
                Act(
                    "toggle_slip",
                    self.say("slip_print" if self.slip else "slip_none"),
                    icon="print" if self.slip else "block",
                ),
            )
            if self.found
            else (),
            waiting=self._waiting(),
            charge=self._charge_act(check),
        )

    def _part_act(self, check: Check) -> Act:
        chosen = self.part_typing or bool(self.part_typed)
        text = self.say("part_of_it")
        if self.part_typed and not self.part_typing:
            text = self.say("part_is", sum=self.money(self._amount(check)))
        return Act("part", text, "ringed" if chosen else "plain")

    def _head(self, check: Check) -> Head:
        table = self.desk.catalogue.tables.get(check.table_id)
        name = self.say("table_title", label=table.label) if table else check.name or check.number
        hotel = self.desk.link.hotel and self.desk.link.online
        return Head(
            f"{self.say('tender_room')} · {name}",
            self.back_act("pay"),
            (Chip(f"{self.say('left_to_pay')} {self.money(balance(check))}"),),
            (
                Chip(
                    self.say("hotel_online" if hotel else "hotel_away"),
                    dot="ready" if hotel else "hold",
                ),
                self.clock_chip(),
            ),
            self.avatar(),
        )

    def _keys(self) -> tuple[Act, ...]:
        if self.letters:
            signs = _ALPHABETS.get(self.language, _ALPHABETS["en"])
            return (
                *(Act(f"key:{sign}", sign, size=18) for sign in signs),
                Act("key: ", self.say("space"), size=13),
                Act("key:back", icon="backspace", size=16),
                Act("key:letters", "123", "outline", size=14),
            )
        keys = list(digits(("letters", "back")))
        keys[9] = (
            Act("key:00", "00", size=22)
            if self.part_typing
            else Act("key:letters", self.say("letters"), "outline", size=18)
        )
        return tuple(keys)

    def _guest(self, guest: Mapping[str, Any]) -> Guest:
        refused = self._refused(guest)
        days = " – ".join(
            formats.short_day(str(guest.get(key, "")), self.language)
            for key in ("arrival", "departure")
        )
        stay = [days, self._board(guest), str(guest.get("vip") or "")]
        limit = int(guest["limit_left_minor"])
        return Guest(
            f"guest:{guest['stay_id']}",
            str(guest["room"]),
            str(guest["name"]),
            " · ".join(part for part in stay if part),
            self.money(limit) if limit >= 0 else self.say("no_limit"),
            self.say("limit_left") if limit >= 0 else "",
            refused,
            guest["stay_id"] == self.picked,
            not refused,
        )

    def _board(self, guest: Mapping[str, Any]) -> str:
        """What the guest eats with the room: a word of the language for what all hotels know."""
        board = str(guest.get("board") or "")
        return self.say(f"board_{board}") if self.words.knows(f"board_{board}") else board

    def _sums(self, check: Check) -> tuple[Pair, ...]:
        amount = self._amount(check)
        split = " · ".join(
            f"{self.say(f'revenue_{part.revenue_group}')} {self.amount(part.gross_minor)}"
            for part in _by_group(check, amount)
        )
        return (
            Pair(self.say("check"), self.amount(balance(check)), rule=True),
            Pair(f"{self.say('to_folio')}: {split}", self.amount(amount), rule=True),
        )

    def _waiting(self) -> tuple[Card, ...]:
        unclear = [c for c in self.desk.venue.charges.values() if c.state == "unknown"]
        return tuple(self._unclear(charge) for charge in unclear[-1:])

    def _unclear(self, charge: Charge) -> Card:
        title = self.say("charge_unclear", room=charge.room, sum=self.money(charge.amount_minor))
        text = self.say("ask_reception", at=self.clock(charge.asked_ms))
        act = f"on_folio:{charge.charge_id}" if self.may("settle_charge") else ""
        return Card(title, (text,), "", "hold", act)

    def _charge_act(self, check: Check) -> Act:
        guest = self._picked()
        if self.shift is None:
            return Act("charge", self.say("open_drawer_first"), "go", False, size=18)
        if guest is None:
            return Act("charge", self.say("pick_guest"), "go", False, size=18)
        text = self.say(
            "charge_to",
            sum=self.money(self._amount(check)),
            room=str(guest["room"]),
            guest=str(guest["name"]),
        )
        return Act("charge", text, "go", not self._refused(guest), size=20)


def _by_group(check: Check, amount_minor: int) -> list[Any]:
    """The parts of the charge by revenue group, taxes joined."""
    sums: dict[str, Any] = {}
    for part in parts(check, amount_minor):
        there = sums.get(part.revenue_group)
        gross = part.gross_minor + (there.gross_minor if there else 0)
        sums[part.revenue_group] = type(part)(part.revenue_group, part.tax_bp, gross)
    return list(sums.values())
