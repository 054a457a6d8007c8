"""English: what every screen says, signing in, and what one sets for oneself.

Each other subject has a module of its own: `<subject>_en`.
"""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    # everywhere
    "language_name": "English",
    "online": "Online",
    "offline": "No server",
    "ms": "ms",
    "cancel": "Cancel",
    "back": "Back",
    "clear": "Clear",
    "done": "Done",
    "done_to_floor": "Done, to the floor",
    "got_it": "Got it",
    "and_more": "and {n} more",
    "letters": "ABC",
    "space": "space",
    "reason": "Reason",
    "floor": "Floor",
    "check": "Check",
    "offline_banner": "No server since {since}: orders, kitchen paper and cash work, "
    "hotel rooms do not",
    "cannot_save": "This terminal's disk takes nothing more: enter nothing, call the administrator",
    "forked": "This terminal was restored from a copy: call the administrator",
    "waiting_commands": {
        "one": "{n} entry waits for the server",
        "other": "{n} entries wait for the server",
    },
    # what one sets for oneself
    "my_settings": "My settings",
    "language": "Language",
    "letters_size": "Size of letters",
    "sample_text": "Ukrainian borscht ×2 · no garlic · 285.00 ₴",
    "colours": "Colours",
    "mode_dark": "Dark",
    "mode_light": "Light",
    "hand": "Which hand",
    "hand_right": "Right",
    "hand_left": "Left",
    "switch_user": "Somebody else",
    "look": "Look",
    "side_by_side": "Side by side",
    "ready_told": "{where}: ready — {dishes}",
    "late_told": "{where}: late — {dishes}",
    "unknown_barcode": "No dish has the code {code}. Look for it by its name",
    # sign-in
    "who_is_it": "WHO IS IT? — or swipe a card",
    "choose_name": "Tap your name",
    "checking": "Checking…",
    "purse_of": "purse of {name}",
    "purse": "with an own purse",
    "drawer_of": "drawer {drawer}",
    "tables": {"one": "{n} table", "other": "{n} tables"},
    "server_online": "Server online",
    "server_away": "No server",
    "printer": "Printer: {name}",
    "printer_low": "paper low",
    "printer_down": "does not print",
    "printer_unknown": "not asked yet",
}
