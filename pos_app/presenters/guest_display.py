"""What the guest reads on the display beside the till: the last dish, the sum, the change.

Rule: the house's language, not the waiter's; nothing but the check in work, and the house's name
where there is none. Rows are a text, which may be cut, and a sum, which never is. The display
itself is `pos_app.attached`.
"""

from pos_app.attached import ShownRows
from pos_app.presenters.presenter import Presenter
from sync_server.domain.checks import Check, balance, totals_of
from sync_server.domain.quantity import ONE

_AT_A_CHECK = frozenset({"order", "payment", "room_charge", "split"})


class GuestDisplay(Presenter):
    """Stateless: all of it is in the check and the place."""

    @property
    def language(self) -> str:
        """The house's."""
        return self.desk.catalogue.settings.language

    def rows(self) -> ShownRows:
        """Both lines as they should stand now."""
        check = self.desk.venue.check(self.place.check_id)
        at_check = self.place.screen in _AT_A_CHECK and check is not None
        if check is None or not at_check or not (check.live or check.payments):
            return (self.desk.catalogue.settings.name, ""), ("", "")
        total = (self.say("total"), self.money(totals_of(check).total_minor))
        if check.state != "open":
            change = check.payments[-1].change_minor if check.payments else 0
            thanks = (self.say("guest_thanks"), "")
            return total, (self.say("guest_change"), self.money(change)) if change else thanks
        if self.place.screen == "order":
            return self._last(check), total
        return total, (self.say("guest_left"), self.money(balance(check)))

    def _last(self, check: Check) -> tuple[str, str]:
        """What was added last."""
        if not check.live:
            return "", ""
        line = check.live[-1]
        item = self.desk.catalogue.items.get(line.item_id)
        name = line.name or (self.name(item.names) if item is not None else "")
        count = line.qty_milli // ONE
        if count > 1 and line.qty_milli % ONE == 0:
            name = f"{count}×{name}"
        return name, self.amount(line.gross_minor)
