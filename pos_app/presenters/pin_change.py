"""A person's own PIN: the one in force, the new one, and the new one once more.

Part of the settings. Rule: only with the server, which alone knows PINs (S-15), and nothing is sent
before all three are typed; figures are never shown. Afterwards every other session of the person
has ended, and here one is signed in anew.
"""

from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import NO_SHEET, Sheet

SIGN = "•"
STEPS = ("pin_old", "pin_new", "pin_again")


class PinChange:
    """State: what was typed for each step, and whether the server is being asked."""

    def __init__(self, presenter: Presenter) -> None:
        self._on = presenter
        self.shut()

    def shut(self) -> None:
        """Nothing is asked."""
        self.open = self.waiting = False
        self.typed: list[str] = [""]

    def begin(self) -> None:
        """Ask for the PIN in force."""
        self.shut()
        if not self._on.desk.link.online:
            self._on.toast(self._on.say("pin_needs_server"), "hold", "wifi_off")
            return
        self.open = True

    def key(self, key: str) -> None:
        """A figure; the last one of a step leads to the next."""
        if self.waiting:
            return
        if key == "back":
            self.typed[-1] = self.typed[-1][:-1]
            return
        self.typed[-1] += key
        if len(self.typed[-1]) < self._on.desk.pin_places(self._on.desk.me):
            return
        if len(self.typed) < len(STEPS):
            self.typed.append("")
            return
        old, new, again = self.typed
        if new != again:
            self.typed = [old, ""]
            self._on.toast(self._on.say("pin_differs"), "hold", "info")
            return
        self.waiting = True
        self._on.desk.later(self._change(old, new))

    async def _change(self, old: str, new: str) -> None:
        on = self._on
        me = on.desk.me
        reply = await on.desk.ask("change_pin", {"old": old, "new": new})
        self.shut()
        if reply.code:
            on.toast(on.sentence(reply.code, reply.params), "late", "error")
            return
        again = await on.desk.sign_in(me, new)
        if again.code:
            on.toast(on.sentence(again.code, again.params or {}), "late", "error")
            return
        on.toast(on.say("pin_changed"), "ready", "check")

    def sheet(self) -> Sheet:
        """The step that stands now."""
        if not self.open:
            return NO_SHEET
        on = self._on
        title = on.say(STEPS[len(self.typed) - 1])
        hint = on.say("checking") if self.waiting else on.say("pin_hint")
        return sheets.keypad(on, title, SIGN * len(self.typed[-1]), "", hint=hint)
