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
    "begin_anew": "Go on here",
    "began_anew": {
        "one": "This terminal goes on; {n} entry is sent anew",
        "other": "This terminal goes on; {n} entries are sent anew",
    },
    "shut_out": "The server does not let this terminal in any more: call the manager",
    "shut_out_with": {
        "one": "{n} entry never reached it",
        "other": "{n} entries never reached it",
    },
    "kept_to_file": "Write to a file",
    "kept_in_file": {
        "one": "{n} entry is in {path}: the manager brings it in on the page Devices",
        "other": "{n} entries are in {path}: the manager brings them in on the page Devices",
    },
    "kept_no_disk": "Neither a stick nor this terminal's disk took the file",
    "kept_nothing": "Everything entered here has reached the server",
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
    "purse": "with their own purse",
    "drawer_of": "drawer {drawer}",
    "tables": {"one": "{n} table", "other": "{n} tables"},
    "server_online": "Server online",
    "server_away": "No server",
    "printer": "Printer: {name}",
    "printer_low": "paper low",
    "printer_down": "does not print",
    "printer_unknown": "not asked yet",
}
