"""The lines of a check: course headings and lines, in a list that a finger scrolls.

Rule: heights are measured from the text, by the same sums that paint it. How a list is touched
stands in `glass.scroll`.
"""

from kivy.metrics import dp, sp
from kivy.properties import StringProperty

from glass import lettering
from glass.colours import palette
from glass.painted import Painted
from glass.scroll import ScrollList
from pos_app.presenters.shown import Row

_MARK_ROOM = 34
_NAME_LEFT = 68


class RowView(Painted):
    """One row: a course heading or a line with its details and mark."""

    @staticmethod
    def natural_height(row: Row, width: float) -> float:
        """Height for the wrapped details."""
        if row.kind == "head":
            return float(dp(32))
        room = RowView._room(row, width)
        names = len(lettering.fit(row.name, int(room), round(sp(16)), False, 2))
        details = sum(
            len(lettering.fit(text, int(width - dp(_NAME_LEFT + 60)), round(sp(14)), False, 3))
            for text, _ in row.details
        )
        return float(max(dp(48), dp(12) + sp(20) * names + sp(18) * details))

    @staticmethod
    def _room(row: Row, width: float) -> float:
        price = RowView.measure(row.price, 16)
        return width - dp(_NAME_LEFT) - price - dp(16 + _MARK_ROOM)

    def paint(self) -> None:
        """Heading or line."""
        row: Row | None = self.model
        if row is None:
            return
        if row.kind == "head":
            self._head(row)
        else:
            self._line(row)

    def _head(self, row: Row) -> None:
        aside = self.measure(row.aside, 14)
        self.text(
            row.name.upper(),
            dp(16),
            0,
            self.width - aside - dp(40),
            self.height,
            size=14,
            token="dim",
            smallest=12,
        )
        self.text(
            row.aside,
            dp(16),
            0,
            self.width - dp(32),
            self.height,
            size=14,
            align="right",
            token=palette.text_of(row.aside_token),
        )

    def _line(self, row: Row) -> None:
        if row.selected:
            self.box(0, 0, self.width, self.height, "selected")
            self.box(0, 0, dp(3), self.height, "accent")
        room = self._room(row, self.width)
        names = len(lettering.fit(row.name, int(room), round(sp(16)), False, 2))
        tall = sum(
            len(lettering.fit(text, int(self.width - dp(_NAME_LEFT + 60)), round(sp(14)), False, 3))
            for text, _ in row.details
        )
        content = sp(20) * names + sp(18) * tall
        top = max(dp(5), (self.height - content) / 2) if not row.details else dp(6)
        ink = "dim" if row.struck else "text"
        self.text(
            row.quantity,
            dp(16),
            top,
            dp(_NAME_LEFT - 18),
            sp(20),
            bold=True,
            token=ink,
            smallest=13,
        )
        wide, _ = self.text(
            row.name, dp(_NAME_LEFT), top, room, sp(20) * names, lines=2, token=ink, valign="top"
        )
        right = self.width - dp(16 + _MARK_ROOM)
        self.text(
            row.price, right - dp(120), top, dp(120) + dp(4), sp(20), align="right", token=ink
        )
        if row.struck:
            self.box(dp(_NAME_LEFT), top + dp(11), wide, 1, "dim")
        self._mark(row, self.width - dp(16 + 24), top - dp(2))
        at = top + sp(20) * names
        for text, token in row.details:
            room = self.width - dp(_NAME_LEFT + 60)
            rows = len(lettering.fit(text, int(room), round(sp(14)), False, 3))
            self.text(
                text,
                dp(_NAME_LEFT),
                at,
                room,
                sp(18) * rows,
                size=14,
                token=palette.text_of(token),
                lines=3,
                valign="top",
            )
            at += sp(18) * rows

    def _mark(self, row: Row, x: float, y: float) -> None:
        side = dp(24)
        if row.mark == "ring":
            self.ring(x + dp(5), y + dp(5), dp(14), dp(14), row.mark_token, dp(7), dp(2))
        elif row.mark == "dot":
            self.box(x + dp(9), y + dp(9), dp(6), dp(6), row.mark_token, dp(3))
        elif row.mark:
            token = palette.text_of(row.mark_token)
            self.icon(row.mark, x, y, side, side, size=20, token=token)


class LineList(ScrollList):
    """The rows of a check."""

    view = StringProperty("RowView")
