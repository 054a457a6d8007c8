"""Words of the page of guests' data, all languages side by side."""

from collections.abc import Mapping

_ROWS: Mapping[str, tuple[str, str, str]] = {
    "guest_data": ("Guests' data", "Дані гостей", "Dane gości"),
    "guest_help": (
        "Where the house names a guest: checks and kitchen tickets by name, room charges, company "
        "invoices, vouchers, club cards. Erased names are gone for good; sums, dishes and numbers "
        "stay, and the journal still proves that nothing else was changed.",
        "Де заклад називає гостя: іменні рахунки й замовлення кухні, нарахування на номер, рахунки-"
        "фактури, сертифікати, клубні картки. Стерті імена не повернути; суми, страви й номери "
        "лишаються, і журнал далі доводить, що більше нічого не змінено.",
        "Gdzie lokal zapisuje gościa z imienia: rachunki i bony kuchenne na nazwisko, obciążenia "
        "pokoju, faktury, bony, karty klubowe. Usuniętych imion nie da się przywrócić; kwoty, "
        "dania i numery zostają, a dziennik nadal dowodzi, że nic innego nie zmieniono.",
    ),
    "guest_kept": (
        "Names on finished checks are erased by themselves after {days} days.",
        "Імена на закритих чеках стираються самі через {days} дн.",
        "Nazwiska na zamkniętych rachunkach usuwane są same po {days} dniach.",
    ),
    "guest_kept_always": (
        "Names on finished checks are kept until somebody erases them.",
        "Імена на закритих чеках зберігаються, доки їх не зітруть.",
        "Nazwiska na zamkniętych rachunkach są przechowywane, aż ktoś je usunie.",
    ),
    "guest_asked": (
        "Name, room or card number",
        "Ім’я, номер кімнати чи картки",
        "Nazwisko, pokój lub numer karty",
    ),
    "guest_find": ("Find", "Знайти", "Szukaj"),
    "guest_export": ("Give as XLSX", "Видати як XLSX", "Wydaj jako XLSX"),
    "guest_none": (
        "The house names nobody so.",
        "Нікого так не названо.",
        "Nikt nie jest tak zapisany.",
    ),
    "guest_most": (
        "The newest {count} entries are shown; a longer name finds fewer.",
        "Показано {count} найновіших записів; довше ім’я знайде менше.",
        "Pokazano {count} najnowszych wpisów; dłuższe nazwisko znajdzie mniej.",
    ),
    "guest_when": ("When", "Коли", "Kiedy"),
    "guest_what": ("What", "Що", "Co"),
    "guest_number": ("Check or card", "Рахунок чи картка", "Rachunek lub karta"),
    "guest_names": ("What stands there", "Що записано", "Co zapisano"),
    "guest_waits": (
        "asked for; a guest who is still here stays known",
        "стирання запитано; гість, який ще тут, лишається",
        "zlecono; gość, który jeszcze tu jest, pozostaje",
    ),
    "guest_erase": ("Erase the ticked", "Стерти позначені", "Usuń zaznaczone"),
    "guest_done": ("Asked to be erased", "Запити на стирання", "Zlecone usunięcia"),
    "guest_count": (
        "guests or checks: {count}",
        "гостей чи рахунків: {count}",
        "gości lub rachunków: {count}",
    ),
    "event_Parked": (
        "Tap on which the server failed",
        "Дія, на якій сервер збився",
        "Czynność, przy której serwer zawiódł",
    ),
    "field_guest": ("Whom", "Кого", "Kogo"),
    "field_guest_why": ("Why", "Чому", "Dlaczego"),
    "fault_guest_whom": (
        "tick whom to erase",
        "позначте, кого стерти",
        "zaznacz, kogo usunąć",
    ),
}

GUEST_WORDS: Mapping[str, Mapping[str, str]] = {
    language: {key: row[place] for key, row in _ROWS.items()}
    for place, language in enumerate(("en", "uk", "pl"))
}
