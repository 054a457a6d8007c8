"""Cards, readers, scale and guest display, in Polish."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "attached_card": "Czytnik kart",
    "attached_barcode": "Skaner kodów",
    "attached_scale": "Waga",
    "attached_display": "Wyświetlacz gościa",
    "weigh": "Zważ",
    "scale_moving": "Waga jeszcze się waha: poczekaj i zważ ponownie",
    "scale_over": "Za ciężkie na tę wagę: zważ w częściach",
    "scale_under": "Waga pokazuje mniej niż zero: opróżnij ją i wyzeruj",
    "scale_empty": "Na wadze nic nie leży",
    "scale_lost": "Waga nie odpowiada: wpisz masę i sprawdź kabel",
    "guest_change": "Reszta",
    "guest_left": "Do zapłaty",
    "guest_thanks": "Dziękujemy!",
    "attached_file": "Plik devices.toml",
    "attached_lost": "{name}: brak połączenia. Pracuj dalej bez tego i wezwij kierownika",
    "attached_back": "{name}: znowu działa",
    "pin_change": "Zmień mój PIN",
    "pin_old": "Obecny PIN",
    "pin_new": "Nowy PIN",
    "pin_again": "Nowy PIN jeszcze raz",
    "pin_differs": "Nie zgadzają się: nowy PIN od nowa",
    "pin_changed": "PIN zmieniono",
    "pin_needs_server": "PIN zmienia się tylko z serwerem",
    "pin_hint": "Nikt inny go nie zna i nie musi znać",
    "card_give": "Wydaj kartę",
    "card_whose": "Czyja to będzie karta?",
    "card_hold": "Przyłóż kartę: {name}",
    "card_hint": "Poprzednia karta tej osoby od razu straci ważność",
    "card_take_away": "Karta zgubiona: unieważnij",
    "card_given": "{name} loguje się tą kartą",
    "card_taken_away": "{name} nie ma już karty",
}
