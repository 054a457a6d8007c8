"""Polish: what every screen says, signing in, and what one sets for oneself.

Each other subject has a module of its own: `<subject>_pl`.
"""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    # everywhere
    "language_name": "Polski",
    "online": "Online",
    "offline": "Brak serwera",
    "ms": "ms",
    "cancel": "Anuluj",
    "back": "Wróć",
    "clear": "Wyczyść",
    "done": "Gotowe",
    "done_to_floor": "Gotowe, na salę",
    "got_it": "Rozumiem",
    "and_more": "i jeszcze {n}",
    "letters": "ABC",
    "space": "spacja",
    "reason": "Powód",
    "floor": "Sala",
    "check": "Rachunek",
    "offline_banner": "Brak serwera od {since}: zamówienia, wydruk kuchenny i gotówka działają, "
    "pokoje hotelowe nie",
    "cannot_save": "Dysk terminala nie przyjmuje zapisów: nic nie wprowadzaj, "
    "wezwij administratora",
    "forked": "Terminal odtworzono z kopii: wezwij administratora",
    "begin_anew": "Pracuj dalej tutaj",
    "began_anew": {
        "one": "Terminal pracuje dalej; {n} wpis zostanie wysłany od nowa",
        "few": "Terminal pracuje dalej; {n} wpisy zostaną wysłane od nowa",
        "many": "Terminal pracuje dalej; {n} wpisów zostanie wysłanych od nowa",
        "other": "Terminal pracuje dalej; {n} wpisu zostanie wysłane od nowa",
    },
    "shut_out": "Serwer nie wpuszcza już tego terminala: wezwij kierownika",
    "shut_out_with": {
        "one": "{n} wpis do niego nie dotarł",
        "few": "{n} wpisy do niego nie dotarły",
        "many": "{n} wpisów do niego nie dotarło",
        "other": "{n} wpisu do niego nie dotarło",
    },
    "kept_to_file": "Zapisz do pliku",
    "kept_in_file": {
        "one": "{n} wpis jest w {path}: kierownik wprowadzi go na stronie Urządzenia",
        "few": "{n} wpisy są w {path}: kierownik wprowadzi je na stronie Urządzenia",
        "many": "{n} wpisów jest w {path}: kierownik wprowadzi je na stronie Urządzenia",
        "other": "{n} wpisu jest w {path}: kierownik wprowadzi je na stronie Urządzenia",
    },
    "kept_no_disk": "Ani pendrive, ani dysk terminala nie przyjął pliku",
    "kept_nothing": "Wszystko wpisane tutaj dotarło do serwera",
    "waiting_commands": {
        "one": "{n} wpis czeka na serwer",
        "few": "{n} wpisy czekają na serwer",
        "many": "{n} wpisów czeka na serwer",
        "other": "{n} wpisu czeka na serwer",
    },
    # what one sets for oneself
    "my_settings": "Moje ustawienia",
    "language": "Język",
    "letters_size": "Wielkość liter",
    "sample_text": "Barszcz ukraiński ×2 · bez czosnku · 285,00 ₴",
    "colours": "Kolory",
    "mode_dark": "Ciemne",
    "mode_light": "Jasne",
    "hand": "Którą ręką",
    "hand_right": "Prawą",
    "hand_left": "Lewą",
    "switch_user": "Inna osoba",
    "look": "Pokaż",
    "side_by_side": "Obok siebie",
    "ready_told": "{where}: gotowe — {dishes}",
    "late_told": "{where}: spóźnia się — {dishes}",
    "unknown_barcode": "Kod {code} nie należy do żadnego dania. Poszukaj po nazwie",
    # sign-in
    "who_is_it": "KTO TO? — albo przyłóż kartę",
    "choose_name": "Dotknij swojego imienia",
    "checking": "Sprawdzam…",
    "purse_of": "portfel {name}",
    "purse": "z własnym portfelem",
    "drawer_of": "kasa {drawer}",
    "tables": {
        "one": "{n} stolik",
        "few": "{n} stoliki",
        "many": "{n} stolików",
        "other": "{n} stolika",
    },
    "server_online": "Serwer online",
    "server_away": "Brak serwera",
    "printer": "Drukarka: {name}",
    "printer_low": "kończy się papier",
    "printer_down": "nie drukuje",
    "printer_unknown": "stan nieznany",
}
