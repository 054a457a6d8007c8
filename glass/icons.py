"""Names of the icons in `assets/icons.ttf`. Written by `make icons`, not by hand.

Kivy draws an icon as text in that font. To add one, name it in `scripts/build_icons.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

FONT_FILE: Final = str(Path(__file__).with_name("assets") / "icons.ttf")

ICONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "account_balance_wallet": "\ue850",
        "add": "\ue145",
        "arrow_back": "\ue5c4",
        "arrow_forward": "\ue5c8",
        "backspace": "\ue14a",
        "block": "\ue033",
        "bolt": "\uea0b",
        "call_split": "\ue0b6",
        "check": "\ue5ca",
        "check_circle": "\ue86c",
        "chevron_left": "\ue408",
        "chevron_right": "\ue409",
        "close": "\ue14c",
        "coffee": "\uefef",
        "credit_card": "\ue870",
        "delete": "\ue872",
        "done_all": "\ue877",
        "edit": "\ue150",
        "error": "\ue000",
        "fastfood": "\ue57a",
        "groups": "\uf233",
        "history": "\ue28e",
        "hotel": "\ue53a",
        "info": "\ue88e",
        "kitchen": "\ueb47",
        "language": "\ue894",
        "local_bar": "\ue540",
        "local_fire_department": "\uea05",
        "lock": "\ue88d",
        "logout": "\ue9ba",
        "more_horiz": "\ue5d3",
        "note": "\ue06f",
        "notifications": "\ue7f4",
        "pause_circle": "\ue035",
        "payments": "\uef63",
        "person": "\ue7fd",
        "play_arrow": "\ue037",
        "point_of_sale": "\uf17e",
        "print": "\ue555",
        "priority_high": "\ue645",
        "qr_code_2": "\ue00a",
        "receipt_long": "\uef6e",
        "redo": "\ue15a",
        "remove": "\ue15b",
        "restaurant": "\ue56c",
        "room_service": "\ueb49",
        "schedule": "\ue192",
        "search": "\ue8b6",
        "star": "\ue838",
        "swap_horiz": "\ue8d4",
        "table_restaurant": "\ueac6",
        "takeout_dining": "\uea74",
        "timer": "\ue425",
        "undo": "\ue166",
        "visibility": "\ue417",
        "warning": "\ue002",
        "wifi": "\ue63e",
        "wifi_off": "\ue648",
    }
)
