"""The view-model of what a person sets for oneself."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Head, Sheet


@dataclass(frozen=True, slots=True)
class SettingsView:
    """Language, size of letters, colours, hand; and the ways out."""

    head: Head = NO_HEAD
    language_title: str = ""
    languages: tuple[Act, ...] = ()
    scale_title: str = ""
    scales: tuple[Act, ...] = ()
    sample: str = ""
    mode_title: str = ""
    modes: tuple[Act, ...] = ()
    hand_title: str = ""
    hands: tuple[Act, ...] = ()
    switch: Act = Act()
    pin: Act = Act()
    plan: Act = Act()
    card: Act = Act()
    done: Act = Act()
    sheet: Sheet = NO_SHEET
