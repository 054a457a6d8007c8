"""Words of the import page and of its empty tables, all languages side by side.

`words` puts them together with the rest. A row is key: English, Ukrainian, Polish.
"""

from collections.abc import Mapping

_ROWS: Mapping[str, tuple[str, str, str]] = {
    "choose_file": ("Choose a file", "Вибрати файл", "Wybierz plik"),
    "no_file": ("none chosen", "не вибрано", "nie wybrano"),
    "empty_table": ("Empty table", "Порожня таблиця", "Pusta tabela"),
    "all_faults": ("All of them, XLSX", "Усі, XLSX", "Wszystkie, XLSX"),
    "some_faults": (
        "The first {shown} of {all}; the file has them all.",
        "Перші {shown} з {all}; у файлі є всі.",
        "Pierwsze {shown} z {all}; w pliku są wszystkie.",
    ),
    "what_is_wrong": ("What is wrong", "Що не так", "Co jest źle"),
    "may_be_empty": ("may be left out", "можна пропустити", "można pominąć"),
    "import_busy": (
        "Too many tables are being worked on. Try again in a minute.",
        "Зараз опрацьовується забагато таблиць. Спробуйте за хвилину.",
        "Zbyt wiele tabel jest w pracy. Spróbuj za minutę.",
    ),
    "import_forgotten": (
        "This trial is no longer there. Send the file once more.",
        "Цієї перевірки вже немає. Надішліть файл ще раз.",
        "Tej próby już nie ma. Wyślij plik ponownie.",
    ),
    "import_is_waiting": (
        "waits until another table is done",
        "чекає, поки завершиться інша таблиця",
        "czeka, aż skończy się inna tabela",
    ),
    "import_is_reading": ("the file is being read …", "файл читається …", "plik jest czytany …"),
    "import_is_checking": (
        "{done} of {rows} rows are checked …",
        "перевірено рядків: {done} з {rows} …",
        "sprawdzono wierszy: {done} z {rows} …",
    ),
    "import_is_taking": (
        "{rows} rows are being taken in …",
        "завантажуються рядки: {rows} …",
        "wczytywane wiersze: {rows} …",
    ),
    "import_is_tried": (
        "{rows} rows are sound and can be taken in.",
        "Рядків без помилок: {rows}. Можна завантажувати.",
        "Poprawnych wierszy: {rows}. Można wczytać.",
    ),
    "import_is_taken": (
        "{rows} rows have been taken in.",
        "Завантажено рядків: {rows}.",
        "Wczytano wierszy: {rows}.",
    ),
    "import_is_wrong": (
        "Wrong cells: {count}. Nothing was changed.",
        "Помилок: {count}. Нічого не змінено.",
        "Błędnych komórek: {count}. Nic nie zmieniono.",
    ),
    "import_is_broken": (
        "The work on this table broke off. Nothing was changed; try it again.",
        "Опрацювання таблиці перервалося. Нічого не змінено; перевірте ще раз.",
        "Praca nad tabelą została przerwana. Nic nie zmieniono; sprawdź ponownie.",
    ),
    "import_is_gone": (
        "This table is no longer kept. Send it once more.",
        "Ця таблиця вже не зберігається. Надішліть її ще раз.",
        "Tej tabeli już nie ma. Wyślij ją ponownie.",
    ),
    "import_is_kept": (
        "kept; open it to try it again",
        "збережено; відкрийте, щоб перевірити знову",
        "zachowana; otwórz, aby sprawdzić ponownie",
    ),
    "import_too_large": (
        "This file is larger than 20 MB. Divide it.",
        "Файл більший за 20 МБ. Поділіть його.",
        "Plik jest większy niż 20 MB. Podziel go.",
    ),
    "try_again": ("Try again", "Перевірити знову", "Sprawdź ponownie"),
    "forget_table": ("Remove", "Прибрати", "Usuń"),
    "sent_tables": ("Tables you have sent", "Надіслані таблиці", "Wysłane tabele"),
    "sent_help": (
        "Kept for three days, also over a restart.",
        "Зберігаються три дні, також після перезапуску.",
        "Przechowywane trzy dni, także po restarcie.",
    ),
    "column_id": ("A short code", "Короткий код", "Krótki kod"),
    "column_name_uk": ("Name in Ukrainian", "Назва українською", "Nazwa po ukraińsku"),
    "column_name_en": ("Name in English", "Назва англійською", "Nazwa po angielsku"),
    "column_name_pl": ("Name in Polish", "Назва польською", "Nazwa po polsku"),
    "column_group": ("A group of goods", "Група товарів", "Grupa towarów"),
    "column_unit": ("kg, g, l, ml or pcs", "кг, г, л, мл або шт", "kg, g, l, ml lub szt"),
    "column_supplier": ("A supplier of the house", "Постачальник", "Dostawca lokalu"),
    "column_par": ("Least stock, in the unit", "Мін. залишок, в од.", "Minimum, w jm."),
    "column_barcode": ("Several with a space", "Кілька — через пробіл", "Kilka ze spacją"),
    "column_allergens": (
        "gluten, eggs, milk, nuts …",
        "gluten, eggs, milk, nuts …",
        "gluten, eggs, milk, nuts …",
    ),
    "column_tax": ("20 for 20 %", "20, якщо 20 %", "20 dla 20 %"),
    "column_shelf_days": ("Whole days", "Повні дні", "Pełne dni"),
    "column_energy": ("In 100 g or ml", "У 100 г або мл", "W 100 g lub ml"),
    "column_protein": ("Grams in 100 g", "Грамів у 100 г", "Gramów w 100 g"),
    "column_fat": ("Grams in 100 g", "Грамів у 100 г", "Gramów w 100 g"),
    "column_carbohydrate": ("Grams in 100 g", "Грамів у 100 г", "Gramów w 100 g"),
    "column_kind": (
        "dish, prepared or choice",
        "страва, напівфабрикат або модифікатор",
        "danie, półprodukt lub modyfikator",
    ),
    "column_owner": (
        "What the card is of: name or code",
        "Чия картка: назва або код",
        "Czyja karta: nazwa lub kod",
    ),
    "column_component": (
        "A good: name or code",
        "Товар: назва або код",
        "Towar: nazwa lub kod",
    ),
    "column_qty": ("Gross, in the unit", "Брутто, в од.", "Brutto, w jm."),
    "column_cold_loss": ("From 0 to 99.99", "Від 0 до 99,99", "Od 0 do 99,99"),
    "column_hot_loss": (
        "Below 100; negative where weight is gained",
        "Менше 100; від’ємні, якщо вага росте",
        "Poniżej 100; ujemny, gdy masa rośnie",
    ),
    "column_output": (
        "Portions of a dish, or units of what is prepared",
        "Порцій страви або одиниць напівфабрикату",
        "Porcji dania albo jednostek półproduktu",
    ),
    "column_in_yield": (
        "yes or no; a bone, say, does not count",
        "так або ні; кістка, наприклад, не рахується",
        "tak lub nie; kość na przykład się nie liczy",
    ),
    "column_technology_uk": (
        "How it is made, in Ukrainian; once a card",
        "Як готувати, українською; один раз на картку",
        "Jak zrobić, po ukraińsku; raz na kartę",
    ),
    "column_technology_en": (
        "How it is made, in English; once a card",
        "Як готувати, англійською; один раз на картку",
        "Jak zrobić, po angielsku; raz na kartę",
    ),
    "column_technology_pl": (
        "How it is made, in Polish; once a card",
        "Як готувати, польською; один раз на картку",
        "Jak zrobić, po polsku; raz na kartę",
    ),
    "fault_cell_too_long": (
        "the text is too long",
        "текст задовгий",
        "tekst jest za długi",
    ),
    "fault_says_otherwise": (
        "another row of this card says something else",
        "інший рядок цієї картки каже інше",
        "inny wiersz tej karty mówi co innego",
    ),
    "fault_yes_or_no": ("yes or no", "так або ні", "tak lub nie"),
    "import_untold": (
        "The menu could not be read: the kitchen's displays still show the cards of before. Each "
        "card's page tells the kitchen of it, below its versions.",
        "Меню не прочитано: екрани кухні ще показують попередні картки. Кухню повідомляє сторінка "
        "кожної картки, під версіями.",
        "Menu nie dało się odczytać: ekrany kuchni pokazują poprzednie karty. Kuchnię powiadamia "
        "strona każdej karty, pod wersjami.",
    ),
    "present_table": ("What there is now", "Що є зараз", "Co jest teraz"),
    "column_store": ("Name or code", "Назва або код", "Nazwa lub kod"),
    "column_good": ("Name or code", "Назва або код", "Nazwa lub kod"),
    "column_dish": ("Name or code", "Назва або код", "Nazwa lub kod"),
    "column_price": (
        "In whole units, with two places",
        "У гривнях, з двома знаками",
        "W całych jednostkach, z dwoma miejscami",
    ),
    "column_rule": (
        "A price rule; then an empty price takes the dish out of it",
        "Правило цін; порожня ціна прибирає з нього страву",
        "Reguła cen; pusta cena usuwa z niej danie",
    ),
    "column_value": (
        "What all of it cost",
        "Скільки все це коштувало",
        "Ile to wszystko kosztowało",
    ),
}
IMPORT_WORDS: Mapping[str, Mapping[str, str]] = {
    language: {key: texts[place] for key, texts in _ROWS.items()}
    for place, language in enumerate(("en", "uk", "pl"))
}
