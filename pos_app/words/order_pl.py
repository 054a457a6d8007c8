"""Polish: dividing, sets, discounts, timed courses. The rest stands in `pl`."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "right_comp": "częstowanie na koszt lokalu",
    "right_service": "zmiana serwisu i podatku",
    "right_open_item": "sprzedaż pozycji o dowolnej cenie",
    "refused_over_sum": "Możesz dać {limit_minor}, a to {value_minor}; musi zatwierdzić "
    "kierownik sali",
    "refused_set_part": "To część zestawu „{name}”: zmienia się cały zestaw. Zdejmij go i "
    "dodaj ponownie",
    "refused_line_shared": "Danie podzielono między rachunki: najpierw połącz części",
    "refused_line_made": "{name} już się robi: czasu nie da się zmienić",
    "refused_too_late": "Czas {at_ms} minął albo jest zbyt odległy: wybierz inny",
    "refused_too_fine": "{name} nie da się podzielić na {n}: za mało",
    "refused_not_returned": "Zwrócić można tylko to, co zrobiono: to danie anuluj",
    "refused_part_missing": "Wybierz w zestawie: {part}",
    "refused_part_unknown": "Tego dania nie ma już w zestawie: złóż zestaw ponownie",
    "refused_open_unnamed": "Wpisz nazwę: będzie na rachunku i w kuchni",
    "refused_bad_price": "Taka cena jest niemożliwa: wpisz inną",
}
