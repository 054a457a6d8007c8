"""What the kitchen display says, in Ukrainian, English and Polish, and how it writes figures.

Rule: every language has the same keys (tested). A value is a text, or forms by plural category
("one", "few", "many", "other") chosen by `n`. The language is the station's kitchen language.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import format_decimal

Text = str | Mapping[str, str]

_EN: Final[Mapping[str, Text]] = {
    "kitchen": "Kitchen",
    "pass": "Pass",
    "online": "Online",
    "offline": "No server",
    "connecting": "Connecting",
    "stopped": "Stopped",
    "open": "{n} open",
    "average": "Avg {time}",
    "late_count": "{n} late",
    "table": "Table {name}",
    "tab": "Tab {name}",
    "takeaway": "Takeaway {name}",
    "room": "Room {name}",
    "room_service": "room service",
    "guests": {"one": "{n} guest", "other": "{n} guests"},
    "course": "course {n}",
    "fired": "fired {time}",
    "target": "target {n}",
    "late": "late · {n} min",
    "start_at": "start {time}",
    "on_hold": "on hold",
    "all_ready": "all ready",
    "new": "new",
    "added": "added {time}",
    "cancelled": "CANCELLED {time}",
    "fewer": "{was} → {now} since {time}",
    "otherwise": "{was} → {now} ({time})",
    "changed": "changed",
    "none": "none",
    "moved": "{was} → {now}",
    "seen": "Seen",
    "allergy": "ALLERGY: {text}",
    "contains": "Contains: {text}",
    "without": "no {text}",
    "extra": "extra {text}",
    "light": "light {text}",
    "aside": "{text} on the side",
    "also_at": "also: {names}",
    "for_table": "for table {name}",
    "seat": "seat {n}",
    "printed": "printed {time}",
    "copy": "on paper {time}: this screen was away",
    "paper_failed": "not printed {time}: printer failed",
    "paper_unknown": "paper of {time} uncertain",
    "nothing_left": "all cancelled",
    "done_of": "{done} / {all}",
    "rush": "Rush",
    "no_rush": "No more rush",
    "move_to": "To {name}",
    "to_table": "To the table",
    "parts": "components",
    "unit_g": "g",
    "unit_kg": "kg",
    "unit_ml": "ml",
    "unit_l": "l",
    "unit_pcs": "pcs",
    "after_course": "after course {n}",
    "wanted_by": {"one": "{n} order", "other": "{n} orders"},
    "all_done": "All done",
    "lost_count": "{n} without a place",
    "no_bump_bar": "Bump bar unplugged",
    "no_sound": "No sound",
    "cards_station": "By station",
    "cards_order": "By order",
    "cards_dish": "By dish",
    "late_refusal": "Not done ({time}): {why} Tap when read.",
    "settings_fault": "This screen's settings: {why}",
    "lost_title": "Tickets without a place",
    "lost_text": "No screen drew them and no paper took them. Tap one to move it.",
    "lost_none": "Every ticket has its place.",
    "lost_at": "{name}, {time}",
    "speed": "Speed",
    "speed_title": "Speed of service today",
    "speed_none": "Nothing was bumped today yet.",
    "speed_value": "{time} · {n} done, {late} late",
    "recall": "Recall",
    "recall_note": "the timer starts again",
    "review": "Review",
    "review_note": "the timer goes on",
    "no_recipe": "No recipe card was published for this dish.",
    "start": "Start",
    "bump": "Bump",
    "undo": "Undo {title}, {n} s",
    "recall_last": "Recall last",
    "recalled": "Done ({n})",
    "stop_item": "86 an item",
    "page": "Page {n} of {all}",
    "next": "Next",
    "back": "Back",
    "all_day": "all day",
    "coming_up": "coming up (held)",
    "stop_list": "stop list",
    "more": "+{n}",
    "elsewhere": "new, not on this page",
    "waiting": "{n} more on other pages",
    "waiting_at": "{n} waiting at {name}",
    "nothing_open": "Nothing to cook",
    "nothing_waits": "Nothing waits at the pass",
    "loading": "Waiting for the menu",
    "recall_title": "Done lately: tap to bring back",
    "recall_none": "Nothing was bumped lately.",
    "bumped_at": "{time}, took {span}",
    "stop_title": "Which dish runs out?",
    "left_title": "{name}: how many are left?",
    "stopped_note": "stopped",
    "left_note": "{n} left",
    "none_left": "None: stop it",
    "free": "On sale again",
    "close": "Close",
    "viewing": "Looking at {name}; tickets here are acknowledged by its own screen",
    "no_save": "The disk takes nothing more: taps are not saved. Call the manager.",
    "link_upgrade": "This screen is too old for the server: update it.",
    "forked": "There is a copy of this screen: call the manager.",
    "go_on_here": "Go on here",
    "forked_title": "Two screens with one identity",
    "forked_text": (
        "This screen was copied, or put back from a copy, so the server takes nothing "
        "from it: its station's tickets come on paper. Only one of the two can go "
        "on.\n\nIf it is this one: what was tapped here is sent, and the other one "
        "stops."
    ),
    "began_anew": {
        "one": "This screen goes on; {n} tap is sent.",
        "other": "This screen goes on; {n} taps are sent.",
    },
    "link_refused": "The server does not know this screen: enrol it again.",
    "offline_banner": "No server: tickets stay here and can be worked, new ones come on paper.",
    "refused_ticket_done": "Already bumped at {time}.",
    "refused_ticket_changed": "Changed at {time}: look at what is new.",
    "refused_ticket_open": "This ticket is open again already.",
    "refused_no_station": "There is no such station.",
    "refused_not_ready": "{count} still being made.",
    "refused_undo_late": "Too late to undo: recall it.",
    "refused_no_ticket": "This ticket is gone.",
    "refused_nothing_to_do": "Someone was faster: it is so already.",
    "refused_not_allowed": "This screen may not do that.",
    "refused_no_stop": "It is on sale already.",
    "refused_no_item": "The dish is no longer on the menu.",
    "refused_cannot_save": "Not saved: the disk of this screen is full. Use paper, call help.",
    "refused_other": "The server refused it ({code}).",
}

_UK: Final[Mapping[str, Text]] = {
    "kitchen": "Кухня",
    "pass": "Роздача",
    "online": "На зв’язку",
    "offline": "Немає сервера",
    "connecting": "З’єднання",
    "stopped": "Зупинено",
    "open": "{n} у роботі",
    "average": "Сер. {time}",
    "late_count": "{n} запізн.",
    "table": "Стіл {name}",
    "tab": "Рахунок {name}",
    "takeaway": "З собою {name}",
    "room": "Номер {name}",
    "room_service": "у номер",
    "guests": {"one": "{n} гість", "few": "{n} гості", "many": "{n} гостей", "other": "{n} гостя"},
    "course": "подача {n}",
    "fired": "старт {time}",
    "target": "норма {n}",
    "late": "пізно · {n} хв",
    "start_at": "почати {time}",
    "on_hold": "чекає",
    "all_ready": "усе готово",
    "new": "нове",
    "added": "додано {time}",
    "cancelled": "СКАСОВАНО {time}",
    "fewer": "{was} → {now} з {time}",
    "otherwise": "{was} → {now} ({time})",
    "changed": "змінено",
    "none": "нічого",
    "moved": "{was} → {now}",
    "seen": "Бачу",
    "allergy": "АЛЕРГІЯ: {text}",
    "contains": "Містить: {text}",
    "without": "без: {text}",
    "extra": "більше: {text}",
    "light": "менше: {text}",
    "aside": "{text} окремо",
    "also_at": "ще: {names}",
    "for_table": "на стіл {name}",
    "seat": "місце {n}",
    "printed": "надруковано {time}",
    "copy": "на папері {time}: екран не працював",
    "paper_failed": "не надруковано {time}: принтер",
    "paper_unknown": "друк {time} непевний",
    "nothing_left": "усе скасовано",
    "done_of": "{done} / {all}",
    "rush": "Терміново",
    "no_rush": "Без поспіху",
    "move_to": "На {name}",
    "to_table": "До столу",
    "parts": "складники",
    "unit_g": "г",
    "unit_kg": "кг",
    "unit_ml": "мл",
    "unit_l": "л",
    "unit_pcs": "шт.",
    "after_course": "після подачі {n}",
    "wanted_by": {
        "one": "{n} замовлення",
        "few": "{n} замовлення",
        "many": "{n} замовлень",
        "other": "{n} замовлення",
    },
    "all_done": "Усе готово",
    "lost_count": "{n} без місця",
    "no_bump_bar": "Панель клавіш від’єднано",
    "no_sound": "Немає звуку",
    "cards_station": "За цехом",
    "cards_order": "За замовленням",
    "cards_dish": "За стравою",
    "late_refusal": "Не виконано ({time}): {why} Торкніться, коли прочитали.",
    "settings_fault": "Налаштування екрана: {why}",
    "lost_title": "Замовлення без місця",
    "lost_text": "Їх не показав жоден екран і не взяв жоден принтер. Торкніться, щоб передати.",
    "lost_none": "Усі замовлення на своїх місцях.",
    "lost_at": "{name}, {time}",
    "speed": "Швидкість",
    "speed_title": "Швидкість кухні сьогодні",
    "speed_none": "Сьогодні ще нічого не віддано.",
    "speed_value": "{time} · {n} віддано, {late} пізно",
    "recall": "Повернути",
    "recall_note": "час піде спочатку",
    "review": "Переглянути",
    "review_note": "час іде далі",
    "no_recipe": "Для цієї страви картку не опубліковано.",
    "start": "Почати",
    "bump": "Готово",
    "undo": "Повернути: {title}, {n} с",
    "recall_last": "Повернути останнє",
    "recalled": "Віддані ({n})",
    "stop_item": "Стоп-лист +",
    "page": "Стор. {n} з {all}",
    "next": "Далі",
    "back": "Назад",
    "all_day": "усього зараз",
    "coming_up": "далі (чекають)",
    "stop_list": "стоп-лист",
    "more": "+{n}",
    "elsewhere": "нові, не на цій сторінці",
    "waiting": "ще {n} на інших сторінках",
    "waiting_at": "ще {n}: {name}",
    "nothing_open": "Замовлень немає",
    "nothing_waits": "На роздачі порожньо",
    "loading": "Чекаємо на меню",
    "recall_title": "Віддані нещодавно: торкніться, щоб повернути",
    "recall_none": "Останнім часом нічого не віддавали.",
    "bumped_at": "{time}, за {span}",
    "stop_title": "Яка страва закінчується?",
    "left_title": "{name}: скільки лишилося?",
    "stopped_note": "стоп",
    "left_note": "лишилося {n}",
    "none_left": "Немає: на стоп",
    "free": "Знову в продажу",
    "close": "Закрити",
    "viewing": "Це {name}; за ці замовлення відповідає інший екран",
    "no_save": "Диск заповнено: натискання не зберігаються. Покличте адміністратора.",
    "link_upgrade": "Екран застарий для сервера: оновіть його.",
    "forked": "Є копія цього екрана: покличте адміністратора.",
    "go_on_here": "Працювати далі тут",
    "forked_title": "Два екрани — одне ім’я",
    "forked_text": (
        "Цей екран скопійовано або відновлено з копії, тож сервер нічого від нього не "
        "бере: замовлення його цеху йдуть на папір. Далі може працювати лише один "
        "із двох.\n\nЯкщо цей: те, що тут натиснули, буде надіслано, а другий "
        "зупиниться."
    ),
    "began_anew": {
        "one": "Цей екран працює далі; надсилається {n} дія.",
        "few": "Цей екран працює далі; надсилаються {n} дії.",
        "many": "Цей екран працює далі; надсилається {n} дій.",
        "other": "Цей екран працює далі; надсилається {n} дії.",
    },
    "link_refused": "Сервер не знає цього екрана: підключіть його знову.",
    "offline_banner": "Немає сервера: замовлення тут лишаються в роботі, нові прийдуть на папері.",
    "refused_ticket_done": "Уже віддано о {time}.",
    "refused_ticket_changed": "Змінено о {time}: гляньте, що нового.",
    "refused_ticket_open": "Це замовлення вже знову в роботі.",
    "refused_no_station": "Такого цеху немає.",
    "refused_not_ready": "Ще готують: {count}.",
    "refused_undo_late": "Повернути запізно: оберіть зі списку.",
    "refused_no_ticket": "Цього замовлення вже немає.",
    "refused_nothing_to_do": "Хтось був швидший: так уже є.",
    "refused_not_allowed": "Цьому екрану так не можна.",
    "refused_no_stop": "Це вже в продажу.",
    "refused_no_item": "Страви вже немає в меню.",
    "refused_cannot_save": "Не збережено: диск екрана повний. Беріть папір, кличте допомогу.",
    "refused_other": "Сервер відмовив ({code}).",
}

_PL: Final[Mapping[str, Text]] = {
    "kitchen": "Kuchnia",
    "pass": "Wydawka",
    "online": "Połączono",
    "offline": "Brak serwera",
    "connecting": "Łączenie",
    "stopped": "Zatrzymany",
    "open": "{n} w toku",
    "average": "Śr. {time}",
    "late_count": "{n} po czasie",
    "table": "Stolik {name}",
    "tab": "Rachunek {name}",
    "takeaway": "Na wynos {name}",
    "room": "Pokój {name}",
    "room_service": "do pokoju",
    "guests": {"one": "{n} gość", "few": "{n} gości", "many": "{n} gości", "other": "{n} gościa"},
    "course": "danie {n}",
    "fired": "start {time}",
    "target": "norma {n}",
    "late": "po czasie · {n}",
    "start_at": "zacznij {time}",
    "on_hold": "czeka",
    "all_ready": "wszystko gotowe",
    "new": "nowe",
    "added": "dodano {time}",
    "cancelled": "ANULOWANO {time}",
    "fewer": "{was} → {now} od {time}",
    "otherwise": "{was} → {now} ({time})",
    "changed": "zmiana",
    "none": "nic",
    "moved": "{was} → {now}",
    "seen": "Widzę",
    "allergy": "ALERGIA: {text}",
    "contains": "Zawiera: {text}",
    "without": "bez: {text}",
    "extra": "więcej: {text}",
    "light": "mniej: {text}",
    "aside": "{text} osobno",
    "also_at": "też: {names}",
    "for_table": "na stolik {name}",
    "seat": "miejsce {n}",
    "printed": "wydruk {time}",
    "copy": "na papierze {time}: ekran nie działał",
    "paper_failed": "brak wydruku {time}: drukarka",
    "paper_unknown": "wydruk {time} niepewny",
    "nothing_left": "wszystko anulowane",
    "done_of": "{done} / {all}",
    "rush": "Pilne",
    "no_rush": "Bez pośpiechu",
    "move_to": "Na {name}",
    "to_table": "Na stolik",
    "parts": "składniki",
    "unit_g": "g",
    "unit_kg": "kg",
    "unit_ml": "ml",
    "unit_l": "l",
    "unit_pcs": "szt.",
    "after_course": "po daniu {n}",
    "wanted_by": {
        "one": "{n} zamówienie",
        "few": "{n} zamówienia",
        "many": "{n} zamówień",
        "other": "{n} zamówienia",
    },
    "all_done": "Wszystko gotowe",
    "lost_count": "{n} bez miejsca",
    "no_bump_bar": "Panel klawiszy odłączony",
    "no_sound": "Brak dźwięku",
    "cards_station": "Wg stanowiska",
    "cards_order": "Wg zamówienia",
    "cards_dish": "Wg dania",
    "late_refusal": "Nie wykonano ({time}): {why} Dotknij, gdy przeczytane.",
    "settings_fault": "Ustawienia ekranu: {why}",
    "lost_title": "Zamówienia bez miejsca",
    "lost_text": "Nie pokazał ich żaden ekran ani żadna drukarka. Dotknij, aby przekazać.",
    "lost_none": "Każde zamówienie ma swoje miejsce.",
    "lost_at": "{name}, {time}",
    "speed": "Tempo",
    "speed_title": "Tempo kuchni dzisiaj",
    "speed_none": "Dziś jeszcze nic nie wydano.",
    "speed_value": "{time} · {n} wydano, {late} późno",
    "recall": "Przywróć",
    "recall_note": "czas liczy się od nowa",
    "review": "Przejrzyj",
    "review_note": "czas biegnie dalej",
    "no_recipe": "Dla tego dania nie opublikowano karty.",
    "start": "Start",
    "bump": "Gotowe",
    "undo": "Cofnij: {title}, {n} s",
    "recall_last": "Przywróć ostatnie",
    "recalled": "Wydane ({n})",
    "stop_item": "Stop lista +",
    "page": "Strona {n} z {all}",
    "next": "Dalej",
    "back": "Wstecz",
    "all_day": "razem teraz",
    "coming_up": "wkrótce (czekają)",
    "stop_list": "stop lista",
    "more": "+{n}",
    "elsewhere": "nowe, poza tą stroną",
    "waiting": "jeszcze {n} na innych stronach",
    "waiting_at": "jeszcze {n}: {name}",
    "nothing_open": "Brak zamówień",
    "nothing_waits": "Na wydawce pusto",
    "loading": "Czekamy na menu",
    "recall_title": "Ostatnio wydane: dotknij, aby przywrócić",
    "recall_none": "Ostatnio nic nie wydano.",
    "bumped_at": "{time}, w {span}",
    "stop_title": "Które danie się kończy?",
    "left_title": "{name}: ile zostało?",
    "stopped_note": "stop",
    "left_note": "zostało {n}",
    "none_left": "Nie ma: stop",
    "free": "Znów w sprzedaży",
    "close": "Zamknij",
    "viewing": "To {name}; za te zamówienia odpowiada inny ekran",
    "no_save": "Dysk pełny: dotknięcia nie są zapisywane. Wezwij kierownika.",
    "link_upgrade": "Ekran jest za stary dla serwera: zaktualizuj go.",
    "forked": "Jest kopia tego ekranu: wezwij kierownika.",
    "go_on_here": "Pracuj dalej tutaj",
    "forked_title": "Dwa ekrany, jedna tożsamość",
    "forked_text": (
        "Ten ekran skopiowano lub odtworzono z kopii, więc serwer nic od niego nie "
        "przyjmuje: bony jego stanowiska idą na papier. Dalej może pracować tylko "
        "jeden z dwóch.\n\nJeśli ten: to, co tu dotknięto, zostanie wysłane, a drugi się "
        "zatrzyma."
    ),
    "began_anew": {
        "one": "Ten ekran pracuje dalej; wysyłana jest {n} czynność.",
        "few": "Ten ekran pracuje dalej; wysyłane są {n} czynności.",
        "many": "Ten ekran pracuje dalej; wysyłanych jest {n} czynności.",
        "other": "Ten ekran pracuje dalej; wysyłane jest {n} czynności.",
    },
    "link_refused": "Serwer nie zna tego ekranu: zarejestruj go ponownie.",
    "offline_banner": "Brak serwera: zamówienia tu zostają, nowe przyjdą na papierze.",
    "refused_ticket_done": "Wydano już o {time}.",
    "refused_ticket_changed": "Zmiana o {time}: zobacz, co nowego.",
    "refused_ticket_open": "To zamówienie jest już znów otwarte.",
    "refused_no_station": "Nie ma takiego stanowiska.",
    "refused_not_ready": "Jeszcze w przygotowaniu: {count}.",
    "refused_undo_late": "Za późno, by cofnąć: przywróć z listy.",
    "refused_no_ticket": "Tego zamówienia już nie ma.",
    "refused_nothing_to_do": "Ktoś był szybszy: tak już jest.",
    "refused_not_allowed": "Ten ekran nie może tego zrobić.",
    "refused_no_stop": "To już jest w sprzedaży.",
    "refused_no_item": "Tego dania nie ma już w menu.",
    "refused_cannot_save": "Nie zapisano: dysk ekranu pełny. Użyj papieru, wezwij pomoc.",
    "refused_other": "Serwer odmówił ({code}).",
}

LANGUAGES: Final[Mapping[str, Mapping[str, Text]]] = {"uk": _UK, "en": _EN, "pl": _PL}


class Words:
    """The texts and figures of one language in one time zone."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._texts = LANGUAGES[self.language]
        self._zone = ZoneInfo(zone)

    def say(self, key: str, **params: str | int) -> str:
        """The text of a key. Raises KeyError for an unknown key or a missing parameter."""
        text = self._texts[key]
        if not isinstance(text, str):
            form = str(Locale.parse(self.language).plural_form(int(params["n"])))
            text = text.get(form, text["other"])
        return text.format(**params)

    def knows(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts

    def refusal(self, code: str, params: Mapping[str, str | int]) -> str:
        """Why something was not done; a code without words of its own is told as it is."""
        told: dict[str, str | int] = {**params, "code": code}
        at_ms = params.get("at_ms", 0)
        if isinstance(at_ms, int) and at_ms:
            told["time"] = self.time(at_ms)
        key = f"refused_{code}"
        try:
            return self.say(key if self.knows(key) else "refused_other", **told)
        except KeyError:  # a refusal of another version without what the sentence names
            return self.say("refused_other", code=code)

    def time(self, at_ms: int) -> str:
        """Hours and minutes of the venue: "19:42"."""
        return f"{datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(self._zone):%H:%M}"

    def amount(self, qty_milli: int, unit: str) -> str:
        """A quantity with its unit, a no-break space between; a kilogram or litre and more is
        told as such."""
        larger = {"g": "kg", "ml": "l"}.get(unit)
        if larger is not None and qty_milli >= 1_000_000:
            unit, qty_milli = larger, round(qty_milli, -4) // 1000
        called = self._texts.get(f"unit_{unit}", unit)
        return f"{self.quantity(qty_milli)}\u00a0{called}".rstrip()

    def quantity(self, qty_milli: int) -> str:
        """Thousandths of a unit: "2", "0,35"."""
        return _quantity(qty_milli, self.language)


@lru_cache(maxsize=512)
def _quantity(qty_milli: int, language: str) -> str:
    if qty_milli % 1000 == 0:
        return str(qty_milli // 1000)
    return str(format_decimal(Decimal(qty_milli).scaleb(-3), "0.###", locale=language))


def span(span_ms: int) -> str:
    """A span in minutes and seconds: "12:42"; hours stay minutes, as cooks count."""
    seconds = max(0, span_ms) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


def together(parts: Iterable[str]) -> str:
    """Parts with dots between them; a line may break after a dot, not within a part."""
    return "\u00a0· ".join(part.replace(" ", "\u00a0") for part in parts if part)


def lowered(text: str) -> str:
    """A modifier's name as it stands under a dish: its first letter small, acronyms kept."""
    if len(text) > 1 and text[1].isupper():
        return text
    return text[:1].lower() + text[1:]
