"""Cards, readers, scale and guest display, in English."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "attached_card": "Card reader",
    "attached_barcode": "Barcode scanner",
    "attached_scale": "Scale",
    "attached_display": "Guest display",
    "weigh": "Weigh",
    "scale_moving": "The scale still moves: wait and weigh again",
    "scale_over": "Too heavy for this scale: weigh it in parts",
    "scale_under": "The scale is below zero: clear it and set it to zero",
    "scale_empty": "Nothing lies on the scale",
    "scale_lost": "The scale does not answer: type the weight and check its cable",
    "guest_change": "Change",
    "guest_left": "To pay",
    "guest_thanks": "Thank you!",
    "attached_file": "File devices.toml",
    "attached_lost": "{name}: no connection. Work on without it and call the manager",
    "attached_back": "{name}: works again",
    "pin_change": "Change my PIN",
    "pin_old": "The PIN in force",
    "pin_new": "The new PIN",
    "pin_again": "The new PIN once more",
    "pin_differs": "The two are not alike: the new PIN again",
    "pin_changed": "The PIN is changed",
    "pin_needs_server": "A PIN is changed only with the server",
    "pin_hint": "Nobody else sees or needs to know it",
    "card_give": "Give a card",
    "card_whose": "Whose card will it be?",
    "card_hold": "Hold the card to the reader: {name}",
    "card_hint": "The person's card before it ends at once",
    "card_take_away": "Card is lost: cancel it",
    "card_given": "{name} signs in with this card",
    "card_taken_away": "{name} has no card any more",
}
