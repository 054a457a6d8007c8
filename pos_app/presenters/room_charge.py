"""A check, or part of it, to a guest's room: find the guest, see board and limit, charge.

Only with a link to the hotel, because the guest must be looked up first. What the board pays is
shown here and taken off by the hotel, which has the last word. Above the guest's limit it goes only
with the right for it, one's own or a colleague's. A charge without an answer is never
repeated from here: reception looks, and says it in `room_list`. View-model: `room_charge_view`.
"""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters.presenter import Place, digits, intent
from pos_app.presenters.questions import Questions
from pos_app.presenters.room_charge_view import Guest, RoomChargeView
from pos_app.presenters.shown import Act, Card, Chip, Head, Pair
from sync_server.domain import commands as c
from sync_server.domain.checks import Check, balance
from sync_server.domain.events import FolioPart
from sync_server.domain.folio import Charge, board_shares, parts
from sync_server.domain.ids import ChargeId
from sync_server.domain.limits import AMOUNT_MINOR

_ALPHABETS = {
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'",
    "en": "abcdefghijklmnopqrstuvwxyz'-",
    "pl": "aąbcćdeęfghijklłmnńoóprsśtuwyzźż",
}
_NAME_LEAST = 2
_GUESTS = 4
_UNCLEAR = frozenset({"unknown", "refused", "deferred"})


class RoomChargePresenter(Questions):
    """State: what is searched, who was found and picked, part and tip, whether a slip is wanted.

    `typing` says what the figures mean: "" for the guest, "part" or "tip" for a sum. `offered`: the
    sum stands there before anything was typed.
    """

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.enter()

    def enter(self) -> None:
        """Nobody searched, nobody found."""
        self.typed, self.letters = "", False
        self.found: list[Mapping[str, Any]] = []
        self.picked, self.message, self.searched = "", "", ""
        self.typing, self.offered = "", False
        # A part that was chosen on the pay screen is charged here without typing it again.
        self.sums = {"part": str(self.place.part_minor or ""), "tip": ""}
        self.slip = True
        self.nothing_asked()

    @property
    def check(self) -> Check | None:
        """The check that is charged."""
        return self.desk.venue.check(self.place.check_id)

    # -- intents -------------------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """To the other tenders."""
        self.place.screen = "payment"

    @intent
    def key(self, key: str) -> None:
        """A figure of the room, a letter of the name, or a figure of a sum or a PIN."""
        if self.approval.open:
            self.approval.key(key)
            return
        if key == "letters":
            self.letters, self.typed = not self.letters, ""
            return
        if self.typing:
            self._sum_key(key)
            return
        self._look_for(self.typed[:-1] if key == "back" else (self.typed + key)[:40])

    def scanned(self, code: str) -> None:
        """A key card was read: whoever holds it, whatever was typed before."""
        self.typing, self.letters = "", False
        self._look_for(code[:40])

    def _look_for(self, text: str) -> None:
        self.typed, self.picked = text, ""
        if self._worth_asking():
            self.desk.later(self._search(text))
        else:
            self.found, self.message = [], ""

    def _sum_key(self, key: str) -> None:
        before, self.offered = "" if self.offered else self.sums[self.typing], False
        if key == "back":
            self.sums[self.typing] = before[:-1]
        elif int(before + key) <= AMOUNT_MINOR:
            self.sums[self.typing] = (before + key).lstrip("0")

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
        guests = list(answer.body["guests"])
        self.found, more = guests[:_GUESTS], len(guests) - _GUESTS
        self.message = self.say("guests_more", n=more) if more > 0 else ""
        free = [guest for guest in self.found if not self._warned(guest)]
        self.picked = str(free[0]["stay_id"]) if len(free) == 1 and more <= 0 else ""

    @intent
    def guest(self, stay_id: str) -> None:
        """This guest signs."""
        self.picked = stay_id

    @intent
    def part(self) -> None:
        """Type how much of the check; once more takes it back."""
        self._begin("part")

    @intent
    def tip(self) -> None:
        """Type a tip, which stands for itself on the folio."""
        self._begin("tip")

    def _begin(self, what: str) -> None:
        self.typing = "" if self.typing == what else what
        self.letters = False
        if self.typing:
            self.sums[what] = ""
        guest, check = self._picked(), self.check
        if self.typing == "part" and guest is not None and check is not None and self._over(guest):
            self.sums["part"] = str(self._possible(check, guest) or "")
            self.offered = True

    def _possible(self, check: Check, guest: Mapping[str, Any]) -> int:
        """The most of the check that stays within what the guest may still charge; 0 where the tip
        alone is more than that."""
        limit, parts_of_it = int(guest["limit_left_minor"]), range(1, balance(check) + 1)
        return bisect_right(parts_of_it, limit, key=lambda part: self._owed(check, guest, part))

    @intent
    def toggle_slip(self) -> None:
        """With or without a slip to sign."""
        self.slip = not self.slip

    @intent
    def to_shift(self) -> None:
        """Open the drawer first, and come back."""
        self.place.pays_at, self.place.screen = "room_charge", "shift"

    @intent
    def rooms(self) -> None:
        """The charges that wait for somebody."""
        self.place.screen = "room_list"

    @intent
    def charge(self) -> None:
        """Ask the hotel to put it on the folio."""
        check, shift, guest = self.check, self.till_shift, self._picked()
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
            tip_minor=self._tip,
            slip=self.slip,
            over_limit=self._over(guest),
        )
        self.submit_or_ask(command)

    def went_through(self) -> None:
        """The hotel is being asked; back to the other tenders."""
        guest = self._picked()
        self.place.part_minor = 0
        self.enter()
        self.place.screen = "payment"
        room = str(guest["room"]) if guest is not None else ""
        self.toast(self.say("charge_asked", room=room), "ready", "hotel")

    @intent
    def on_folio(self, charge_id: str) -> None:
        """Reception sees the charge on the folio."""
        self.submit(c.ResolveCharge(ChargeId(charge_id), True))

    # -- sums ----------------------------------------------------------------------------------
    def _picked(self) -> Mapping[str, Any] | None:
        return next((g for g in self.found if g["stay_id"] == self.picked), None)

    @property
    def _tip(self) -> int:
        return int(self.sums["tip"] or "0")

    def _amount(self, check: Check) -> int:
        """What of the check is charged, the tip apart."""
        left, part = balance(check), self.sums["part"]
        return min(left, int(part)) if part else left

    def _board_pays(
        self, check: Check, guest: Mapping[str, Any] | None, part_minor: int | None = None
    ) -> dict[str, int]:
        """By revenue group, of what is charged or of another part; nothing while nobody is
        picked."""
        allowances = guest.get("allowances", ()) if guest else ()
        amount = self._amount(check) if part_minor is None else part_minor
        return board_shares(
            parts(check, amount),
            [(list(one["groups"]), int(one["left_minor"])) for one in allowances],
        )

    def _owed(
        self, check: Check, guest: Mapping[str, Any] | None, part_minor: int | None = None
    ) -> int:
        """What would stand on the guest's own folio, of what is charged or of another part."""
        board = sum(self._board_pays(check, guest, part_minor).values())
        amount = self._amount(check) if part_minor is None else part_minor
        return amount - board + self._tip

    def _barred(self, guest: Mapping[str, Any]) -> bool:
        """Whether nothing can go to this guest's folio, whoever asks."""
        check = self.check
        return bool(guest.get("no_post")) and (check is None or self._owed(check, guest) > 0)

    def _over(self, guest: Mapping[str, Any]) -> bool:
        """Whether it is more than the guest may still charge."""
        check = self.check
        return check is not None and 0 <= int(guest["limit_left_minor"]) < self._owed(check, guest)

    def _warned(self, guest: Mapping[str, Any]) -> str:
        if self._barred(guest):
            return self.say("no_post")
        if self._over(guest):
            return self.say("limit_short", sum=self.money(int(guest["limit_left_minor"])))
        return ""

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> RoomChargeView:
        """The screen as it stands."""
        check = self.check
        if check is None:
            return RoomChargeView(head=Head("", self.back_act("pay")))
        entry = self.typed
        if self.typing:
            entry = self.money(int(self.sums[self.typing] or "0"))
        elif entry and not self.letters:
            entry = self.say("room_number", room=entry)
        hints = {"part": "part_hint", "tip": "tip_hint"}
        return RoomChargeView(
            head=self._head(check),
            entry=entry or self.say("room_hint"),
            entry_faint=not entry,
            hint=self.say(hints.get(self.typing, "room_long_hint")),
            keys=self._keys(),
            letters=self.letters,
            guests=tuple(self._guest(guest) for guest in self.found),
            message=self.message or ("" if self.found else self.say("search_guest")),
            sums=self._sums(check) if self.found else (),
            options=self._options(check) if self.found else (),
            waiting=self._waiting(),
            charge=self._charge_act(check),
            sheet=self.sheet(),
        )

    def _options(self, check: Check) -> tuple[Act, ...]:
        chosen = self.typing == "part" or bool(self.sums["part"])
        text = self.say("part_of_it")
        if self.sums["part"] and self.typing != "part":
            text = self.say("part_is", sum=self.money(self._amount(check)))
        slip = Act(
            "toggle_slip",
            self.say("slip_print" if self.slip else "slip_none"),
            icon="print" if self.slip else "block",
        )
        return (Act("part", text, "ringed" if chosen else "plain"), slip)

    def _head(self, check: Check) -> Head:
        name = self.where(check) or check.number
        hotel = self.desk.link.hotel and self.desk.link.online
        return Head(
            f"{self.say('tender_room')} · {name}",
            self.back_act("pay"),
            (Chip(f"{self.say('left_to_pay')} {self.money(balance(check))}"),),
            (
                Chip(
                    self.say("hotel_online" if hotel else "hotel_away"),
                    dot="ready" if hotel else "hold",
                    sign="hotel",
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
            if self.typing
            else Act("key:letters", self.say("letters"), "outline", size=18)
        )
        return tuple(keys)

    def _guest(self, guest: Mapping[str, Any]) -> Guest:
        warned = self._warned(guest)
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
            warned,
            guest["stay_id"] == self.picked,
            not self._barred(guest),
        )

    def _board(self, guest: Mapping[str, Any]) -> str:
        """What the guest eats with the room: a word of the language for what all hotels know."""
        board = str(guest.get("board") or "")
        return self.say(f"board_{board}") if self.words.knows(f"board_{board}") else board

    def _sums(self, check: Check) -> tuple[Pair, ...]:
        guest = self._picked()
        shares = self._board_pays(check, guest)
        board = sum(shares.values())
        split = " · ".join(
            f"{self.say(f'revenue_{group}')} {self.amount(sum_)}"
            for group, sum_ in _by_group(parts(check, self._amount(check)), shares).items()
            if sum_
        )
        rows = [Pair(self.say("check"), self.amount(balance(check)), rule=True)]
        if guest is not None and board:
            text = self._board_row(guest)
            rows.append(Pair(text, self.amount(-board), token="ready_text", rule=True))
        owed = self._amount(check) - board
        label = f"{self.say('to_folio')}: {split}" if split else self.say("to_folio")
        rows.append(Pair(label, self.amount(owed), rule=True))
        rows.append(Pair(self.say("tip"), f"{self.amount(self._tip)} +", id="tip"))
        return tuple(rows)

    def _board_row(self, guest: Mapping[str, Any]) -> str:
        """The allowance of this meal: its name, the board, the day it is for."""
        names = [
            self.say(f"meal_{one['name']}")
            if self.words.knows(f"meal_{one['name']}")
            else str(one["name"])
            for one in guest.get("allowances", ())
        ]
        day = self.desk.venue.day
        told = [
            self.say("allowance_of", meal=", ".join(names)),
            self._board(guest),
            formats.short_day(day.day, self.language) if day else "",
        ]
        return ", ".join(part for part in told if part)

    def _waiting(self) -> tuple[Card, ...]:
        """The charge that is unclear, and the way to all that wait for somebody."""
        waiting = [c for c in self.desk.venue.charges.values() if c.state in _UNCLEAR]
        unclear = [charge for charge in waiting if charge.state == "unknown"]
        cards = [self._unclear(charge) for charge in unclear[-1:]]
        if waiting and self.may("settle_charge"):
            cards.append(Card(self.say("rooms_waiting", n=len(waiting)), id="rooms", icon="hotel"))
        return tuple(cards)

    def _unclear(self, charge: Charge) -> Card:
        title = self.say("charge_unclear", room=charge.room, sum=self.money(charge.amount_minor))
        text = self.say("ask_reception", at=self.clock(charge.asked_ms))
        act = f"on_folio:{charge.charge_id}" if self.may("settle_charge") else ""
        return Card(title, (text,), "", "hold", act)

    def _charge_act(self, check: Check) -> Act:
        guest = self._picked()
        if self.till_shift is None:
            return Act("to_shift", self.say("open_drawer_first"), "accent", size=18)
        if guest is None:
            return Act("charge", self.say("pick_guest"), "go", False, size=18)
        owed = self._owed(check, guest)
        text = self.say(
            "charge_to" if owed else "charge_board",
            sum=self.money(owed),
            room=str(guest["room"]),
            guest=str(guest["name"]),
        )
        if self._over(guest) and not self._barred(guest):
            return Act("charge", self.say("charge_beyond", what=text), "outline", size=18)
        return Act("charge", text, "go", not self._barred(guest), size=20)


def _by_group(charged: tuple[FolioPart, ...], board: Mapping[str, int]) -> dict[str, int]:
    """What goes to the folio by revenue group, taxes joined, the board's share taken off."""
    sums: dict[str, int] = {}
    for part in charged:
        sums[part.revenue_group] = sums.get(part.revenue_group, 0) + part.gross_minor
    return {group: sum_ - board.get(group, 0) for group, sum_ in sums.items()}
