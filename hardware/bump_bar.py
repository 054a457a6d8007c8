"""A bump bar on USB: the row of large keys under a kitchen display.

Rule: it tells the names of keys (`hid`), never what they do; the display's own table says that, so
that a kitchen may arrange its keys as it likes. Held by us, it works whatever window has the focus.
Neighbours: `readers` for the promise, `listening` for its thread.
"""

from hardware.usb_keyboard import UsbKeyboard


class UsbBumpBar(UsbKeyboard):
    """A bump bar by its USB numbers; a `Reader` whose scans are names of keys."""

    def read(self, timeout: float) -> list[str]:
        """Names of the keys that went down."""
        return [key.name for key in self.pressed(timeout)]
