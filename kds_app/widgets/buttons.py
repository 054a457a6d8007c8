"""Buttons and pills of the kitchen, painted into widgets that carry several.

Rule: sizes follow the window's scale. What is pressed is lit; what cannot be tapped is no area.
"""

from glass.lettering import width
from glass.painted import LEADING
from glass.tap import Area, Touchable
from kds_app.presenters.shown import Act, Chip
from kds_app.theme import scale

_FACES = {
    "plain": ("raised", "text"),
    "quiet": ("raised", "text"),
    "go": ("ready", "on_bright"),
    "accent": ("accent", "on_bright"),
    "chosen": ("selected", "text"),
    "danger": ("allergy", "white"),
}


def face(
    into: Touchable, act: Act, x: int, y: int, wide: int, high: int, px: int, centred: bool = True
) -> None:
    """Paint a button into a widget, and make it an area if it can be tapped."""
    u = scale.of
    ground, token = _FACES[act.tone]
    if not act.enabled:
        token = "box_dim"
    if act.id and into.pressed == act.id:
        ground = "pressed" if ground in ("raised", "selected") else ground
        into.ring(x - 2, y - 2, wide + 4, high + 4, "white", u(12), max(2, u(2)))
    if act.cursor:
        into.ring(x - 4, y - 4, wide + 8, high + 8, "cursor", u(12), max(3, u(4)))
    into.box(x, y, wide, high, ground, u(10))
    icon = u(22) if act.icon else 0
    gap = u(6) if act.icon and act.label else 0
    room = wide - 2 * u(10) - icon - gap
    taken = min(room, width(act.label, px, True)) + icon + gap
    left = x + (wide - taken) // 2 if centred else x + u(14)
    lines = 2 if act.note else 1
    top = y + (high - round(px * LEADING) - (round(u(15) * LEADING) if lines == 2 else 0)) // 2
    if act.icon:
        into.symbol(act.icon, left, y + (high - icon) // 2, icon, token)
    into.line(act.label, left + icon + gap, top, room, px, token, bold=act.tone != "quiet")
    if act.note:
        note = "dim" if ground == "raised" else token
        into.line(act.note, left, top + round(px * LEADING), room, u(15), note)
    if act.id and act.enabled:
        into.areas.append(Area(act.id, x, y, wide, high))


def pill(into: Touchable, chip: Chip, x: int, y: int, high: int, px: int) -> int:
    """Paint a chip into a widget; gives its width."""
    u = scale.of
    dot = u(10) + u(6) if chip.dot else 0
    wide = pill_width(chip, px)
    ground = "selected" if chip.chosen or (chip.id and into.pressed == chip.id) else "raised"
    into.box(x, y, wide, high, ground, high // 2)
    if chip.chosen:
        into.ring(x, y, wide, high, "accent", high // 2, max(1, u(2)))
    if chip.dot:
        into.box(x + u(14), y + (high - u(10)) // 2, u(10), u(10), chip.dot, u(5))
    top = y + (high - round(px * LEADING)) // 2
    into.line(chip.label, x + u(14) + dot, top, wide, px, chip.token, bold=chip.chosen)
    return wide


def pill_width(chip: Chip, px: int) -> int:
    """Pixels that a chip takes."""
    dot = scale.of(10) + scale.of(6) if chip.dot else 0
    return 2 * scale.of(14) + dot + width(chip.label, px, chip.chosen)
