"""Cards and pairs: notices, summaries, sums, guests, people, counted notes."""

from kivy.metrics import Metrics, dp
from kivy.properties import OptionProperty

from glass import lettering
from glass.colours import palette
from glass.tap import Tap
from pos_app.presenters.room_charge_view import Guest
from pos_app.presenters.shift_view import Note
from pos_app.presenters.shown import Card, Pair
from pos_app.presenters.sign_in_view import Person


class NoticeCard(Tap):
    """A card with a title, lines, a word at the right and a stripe; or a heading without lines.

    Larger letters grow where the card was given the height for them, and else give way."""

    grows = True

    @staticmethod
    def natural_height(card: Card, width: float, grown: float = 1.0) -> float:
        """Height for its wrapped lines, with letters `grown` times as large as the design's; a
        heading (no stripe, no id, no lines) is low."""
        if card.lead == "heading":
            return float(dp(28))
        rows = sum(NoticeCard._rows(card, line, width, grown) for line in card.lines)
        if card.lines:
            rows += NoticeCard._title_rows(card, width, grown)
        inner = round(dp(21) * grown) * max(1, rows)
        return max(float(dp(48)), dp(20) + inner if card.title else 0)

    @staticmethod
    def row_height(cards: tuple[Card, ...], width: float, most: int) -> float:
        """The height of rows that are all alike: that of the largest card, up to `most` lines."""
        grown = float(Metrics.fontscale)
        tall = [NoticeCard.natural_height(card, width, grown) for card in cards]
        least = dp(20) + dp(46) * grown
        return min(max(least, max(tall, default=0)), dp(20) + round(dp(21) * grown) * most)

    @staticmethod
    def _rows(card: Card, line: str, width: float, grown: float) -> int:
        room, px = NoticeCard._room(card, width), round(dp(15) * grown)
        return len(lettering.fit(line, room, px, False, 3))

    @staticmethod
    def _title_rows(card: Card, width: float, grown: float) -> int:
        room, px = NoticeCard._room(card, width), round(dp(16) * grown)
        return len(lettering.fit(card.title, room, px, True, 2))

    @staticmethod
    def _room(card: Card, width: float) -> int:
        wide = NoticeCard.measure(card.aside, 16, not card.stripe) + dp(10)
        aside = max(dp(56), wide) if card.aside else 0
        return int(width - dp(32) - aside - (dp(28) if card.icon else 0))

    def paint(self) -> None:
        """Ground, title, lines, aside."""
        card: Card | None = self.model
        if card is None:
            return
        if card.lead == "heading":
            self.text(card.title.upper(), 0, 0, self.width, self.height, size=14, token="dim")
            return
        fill = "pressed" if self.pressed else "raised"
        self.card(0, 0, self.width, self.height, fill, dp(12), card.stripe, dp(4))
        left = dp(18 if card.stripe else 14)
        aside = self.measure(card.aside, 16, not card.stripe) + dp(14) if card.aside else 0
        icon = dp(28) if card.icon else 0
        room = self.width - left - dp(14)
        token = palette.text_of(card.token)
        if not card.lines or card.lead:
            start = left
            if card.lead:
                wide, _ = self.text(card.lead, left, 0, dp(110), self.height, bold=True)
                start = left + wide + dp(12)
            ink = token if card.lead else "text"
            self.text(
                card.title,
                start,
                0,
                left + room - start - aside - icon,
                self.height,
                token=ink,
                lines=2,
                smallest=12,
            )
        else:
            self._written(card, left, token)
        if card.aside:
            bold = not card.stripe
            self.text(
                card.aside,
                left,
                0,
                room - icon,
                self.height,
                align="right",
                bold=bold,
                token="text" if bold else "dim",
            )
        if card.icon:
            self.icon(card.icon, self.width - dp(40), 0, dp(28), self.height, size=20, token="dim")

    def _written(self, card: Card, left: float, token: str) -> None:
        """Title in bold, then the lines, each wrapped; what has no room is not begun."""
        grown = float(Metrics.fontscale)
        if self.natural_height(card, self.width, grown) > self.height + 1:
            grown = 1.0
        row, room = dp(21) * grown, self._room(card, self.width)
        titles = self._title_rows(card, self.width, grown)
        self.text(
            *(card.title, left, dp(10), room, row * titles),
            bold=True,
            lines=titles,
            valign="top",
        )
        top, free = dp(10) + row * titles, int((self.height - dp(14)) / row) - titles
        for line in card.lines:
            rows = min(self._rows(card, line, self.width, grown), free)
            if not rows:
                return
            self.text(
                *(line, left, top, room, row * rows),
                size=15,
                token=token,
                lines=rows,
                valign="top",
            )
            top, free = top + row * rows, free - rows


class PairView(Tap):
    """A label and a figure in one row."""

    @staticmethod
    def natural_height(pair: Pair, _width: float) -> float:
        """Height by weight."""
        if pair.id:
            return float(dp(48))
        return float(dp({"total": 34, "strong": 34, "faint": 20, "thin": 19}.get(pair.weight, 38)))

    def paint(self) -> None:
        """Label left, figure right."""
        pair: Pair | None = self.model
        if pair is None or not (pair.label or pair.value):
            return
        size = {"total": 24, "strong": 20, "faint": 13, "thin": 15, "row": 16}[pair.weight]
        loud = pair.weight in ("total", "strong")
        wide = self.measure(pair.value, size, loud or pair.rule)
        self.text(
            pair.label,
            0,
            0,
            self.width - wide - dp(10),
            self.height,
            size=size,
            bold=loud,
            token="text" if loud else "dim",
            smallest=12,
        )
        token = palette.text_of(pair.token) or ("text" if loud or pair.rule else "dim")
        self.text(
            pair.value,
            0,
            0,
            self.width,
            self.height,
            size=size,
            bold=loud or pair.rule,
            token=token,
            align="right",
            smallest=12,
        )
        if pair.rule:
            self.box(0, self.height - 1, self.width, 1, "line")


class PersonView(Tap):
    """A name tile of the sign-in screen."""

    acts_on = OptionProperty("press", options=["press", "release"])

    def paint(self) -> None:
        """Badge, name, role."""
        person: Person | None = self.model
        if person is None:
            return
        wide, tall = self.width, self.height
        if not person.initials:
            self.ring(0, 0, wide, tall, "line", dp(14), dp(2))
            self.text(
                person.name, dp(16), 0, wide - dp(32), tall, token="dim", lines=2, smallest=14
            )
            return
        self.box(0, 0, wide, tall, "pressed" if self.pressed else "panel", dp(14))
        if person.selected:
            self.ring(0, 0, wide, tall, "accent", dp(14), dp(3))
        side = dp(50)
        self.box(dp(16), (tall - side) / 2, side, side, person.token, side / 2)
        self.text(
            person.initials,
            dp(16),
            0,
            side,
            tall,
            size=17,
            bold=True,
            token="on_bright",
            align="center",
        )
        left, room = dp(78), wide - dp(88)
        rows = len(lettering.fit(person.role, int(room), round(dp(15)), False, 2))
        names = len(lettering.fit(person.name, int(room), round(dp(16)), False, 2))
        top = (tall - dp(21) * (names + rows)) / 2
        self.text(person.name, left, top, room, dp(21) * names, lines=names, smallest=14)
        self.text(
            person.role,
            left,
            top + dp(21) * names,
            room,
            dp(21) * rows,
            size=15,
            token="dim",
            lines=2,
            smallest=13,
        )


class GuestView(Tap):
    """A guest in house: room, name, stay, what may still be charged."""

    @staticmethod
    def natural_height(_guest: Guest, _width: float) -> float:
        """Fixed."""
        return float(dp(74))

    def paint(self) -> None:
        """Room large, name and stay, limit at the right."""
        guest: Guest | None = self.model
        if guest is None:
            return
        self.box(0, 0, self.width, self.height, "pressed" if self.pressed else "panel", dp(12))
        ring = "accent" if guest.selected else "line"
        self.ring(0, 0, self.width, self.height, ring, dp(12), dp(2))
        self.text(guest.room, dp(20), 0, dp(110), self.height, size=30, bold=True, smallest=18)
        aside = max(self.measure(guest.limit, 20, True), self.measure(guest.limit_note, 15))
        if guest.refused:
            # Who it is comes before why not: the reason takes two lines where the name needs it.
            left_over = self.width - dp(170) - self.measure(guest.name, 15, True)
            aside = min(self.measure(guest.refused, 16) + dp(28), max(left_over, dp(130)))
        left, room = dp(140), self.width - dp(170) - aside
        self.text(guest.name, left, dp(15), room, dp(23), size=17, bold=True, smallest=14)
        self.text(guest.stay, left, dp(38), room, dp(21), size=15, token="dim", smallest=13)
        right = self.width - dp(20)
        if guest.refused:
            self.icon("block", right - aside, 0, dp(22), self.height, size=20, token="late_text")
            self.text(
                guest.refused,
                right - aside + dp(28),
                0,
                aside - dp(28),
                self.height,
                token="late_text",
                align="right",
                lines=2,
                smallest=13,
            )
            return
        self.text(
            guest.limit, right - aside, dp(13), aside, dp(26), size=20, bold=True, align="right"
        )
        self.text(
            guest.limit_note,
            right - aside,
            dp(39),
            aside,
            dp(21),
            size=15,
            token="dim",
            align="right",
        )


class NoteView(Tap):
    """A denomination with minus and plus."""

    @staticmethod
    def natural_height(_note: Note, _width: float) -> float:
        """Fixed."""
        return float(dp(48))

    def action(self) -> str:
        """The minus, the plus or the count under the finger."""
        note: Note = self.model
        return self._under(self._finger, note) if note.enabled else ""

    _finger = 0.0

    def on_touch_down(self, touch: object) -> bool:
        """Remember where, for minus and plus."""
        if self.collide_point(*touch.pos):  # type: ignore[attr-defined]
            self._finger = touch.x - self.x  # type: ignore[attr-defined]
        return bool(super().on_touch_down(touch))

    def _under(self, x: float, note: Note) -> str:
        start = self.width * 0.22
        step = dp(54)
        if start - dp(6) <= x < start + step:
            return note.less
        if start + step + dp(72) <= x < start + 2 * step + dp(90):
            return note.more
        return note.id

    def paint(self) -> None:
        """Face, minus, count, plus, worth."""
        note: Note | None = self.model
        if note is None:
            return
        start, step = self.width * 0.22, dp(54)
        top, tall = dp(3), self.height - dp(6)
        if note.picked:
            self.box(0, top, self.width, tall, "selected", dp(10))
        self.text(note.face, 0, 0, start - dp(4), self.height, bold=True, smallest=12)
        for x, icon in ((start, "remove"), (start + step + dp(78), "add")):
            hot = self.pressed and x - dp(6) <= self._finger < x + step + dp(8)
            self.box(x, top, step, tall, "pressed" if hot else "raised", dp(10))
            self.icon(icon, x, top, step, tall, size=22)
        self.text(
            note.count, start + step, 0, dp(78), self.height, size=17, bold=True, align="center"
        )
        left = start + 2 * step + dp(86)
        self.text(note.worth, left, 0, self.width - left, self.height, align="right", smallest=12)
