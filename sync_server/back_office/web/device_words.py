"""Words of the pages of devices, all languages side by side: what may be done with a device, and
every command that a terminal may have kept.

A test sees to it that no command is missing.
"""

from collections.abc import Mapping

_ROWS: Mapping[str, tuple[str, str, str]] = {
    "devices": ("Devices", "Пристрої", "Urządzenia"),
    "devices_now": ("Let in", "Працюють", "Dopuszczone"),
    "devices_none": (
        "No device is let in.",
        "Жодного пристрою не підключено.",
        "Nie dopuszczono żadnego urządzenia.",
    ),
    "devices_over": ("Shut out for good", "Відключено назавжди", "Odłączone na zawsze"),
    "device_code": ("Code", "Код", "Kod"),
    "device_name": ("Name", "Назва", "Nazwa"),
    "device_what": ("Kind", "Вид", "Rodzaj"),
    "device_since": ("Since", "З", "Od"),
    "device_last": ("Last entry", "Останній запис", "Ostatni wpis"),
    "device_pos": ("terminal", "термінал", "terminal"),
    "device_kds": ("kitchen display", "кухонний екран", "ekran kuchenny"),
    "device_waits": ("is being shut out", "відключається", "jest odłączane"),
    "device_revoke": ("Shut a device out", "Відключити пристрій", "Odłącz urządzenie"),
    "device_revoke_now": ("Shut out for good", "Відключити назавжди", "Odłącz na zawsze"),
    "device_revoke_help": (
        "It is cut off within seconds and never let in again; what it had not sent can "
        "be brought in here.",
        "Зв’язок обірветься за кілька секунд, назад його не пустять; що не надіслано, "
        "можна внести тут.",
        "Zostanie odcięte w kilka sekund i już nie wróci; czego nie wysłało, można "
        "wprowadzić tutaj.",
    ),
    "field_revoke": ("Device", "Пристрій", "Urządzenie"),
    "fault_revoke_whom": (
        "choose one that is let in",
        "оберіть той, що працює",
        "wybierz takie, które jest dopuszczone",
    ),
    "field_revoke_why": ("Why", "Чому", "Dlaczego"),
    "field_stands": ("Who stands behind it", "Хто за це відповідає", "Kto za to odpowiada"),
    "unsent_bring": (
        "Bring in what such a device had not sent",
        "Внести те, що такий пристрій не надіслав",
        "Wprowadź to, czego takie urządzenie nie wysłało",
    ),
    "unsent_help": (
        "The terminal offers the file on its screen; for one that does not start: "
        "vitrylo unsent. Nothing is taken before you have looked through it.",
        "Термінал пропонує файл на екрані; якщо він не вмикається: vitrylo unsent. "
        "Нічого не вноситься, доки ви не переглянете.",
        "Terminal proponuje plik na ekranie; jeśli się nie uruchamia: vitrylo unsent. "
        "Nic nie wejdzie, zanim tego nie przejrzysz.",
    ),
    "unsent_look": ("Look through", "Переглянути", "Przejrzyj"),
    "unsent_files": ("Files brought in", "Внесені файли", "Wprowadzone pliki"),
    "unsent_waits": ("nobody has decided yet", "ще не вирішено", "nikt jeszcze nie zdecydował"),
    "unsent_decided": ("decided", "вирішено", "zdecydowano"),
    "unsent_of": ("What {code} had not sent", "Що не надіслав {code}", "Czego nie wysłał {code}"),
    "unsent_count": (
        "Entries in the file: {count}, of these here already: {known}.",
        "Записів у файлі: {count}, з них уже тут: {known}.",
        "Wpisów w pliku: {count}, z tego już tutaj: {known}.",
    ),
    "unsent_behind": (
        "{name} stands behind what is taken over.",
        "За внесене відповідає {name}.",
        "Za przejęte odpowiada {name}.",
    ),
    "unsent_choose": (
        "Ticked entries count from now on, in the name of who made them. What is not "
        "ticked is left out for good.",
        "Позначені записи зараховуються від імені тих, хто їх зробив. Непозначене "
        "відкидається назавжди.",
        "Zaznaczone wpisy liczą się odtąd w imieniu tych, którzy je zrobili. "
        "Niezaznaczone odpadają na zawsze.",
    ),
    "unsent_take": ("Take over what is ticked", "Внести позначене", "Przejmij zaznaczone"),
    "unsent_server_works": (
        "The server takes it over in a moment.",
        "Сервер внесе це за мить.",
        "Serwer zaraz to przejmie.",
    ),
    "unsent_again": ("Look again", "Оновити", "Odśwież"),
    "unsent_done": (
        "It is done; each entry with what became of it.",
        "Готово; біля кожного запису — що з ним сталося.",
        "Gotowe; przy każdym wpisie, co się z nim stało.",
    ),
    "unsent_nothing_new": (
        "Everything in this file is here already.",
        "Усе з цього файлу вже тут.",
        "Wszystko z tego pliku już tu jest.",
    ),
    "unsent_when": ("When", "Коли", "Kiedy"),
    "unsent_who": ("Who", "Хто", "Kto"),
    "unsent_what": ("What", "Що", "Co"),
    "unsent_check": ("Check", "Рахунок", "Rachunek"),
    "unsent_detail": ("Of it", "Подробиці", "Szczegóły"),
    "unsent_sum": ("Sum", "Сума", "Kwota"),
    "unsent_outcome": ("What comes of it", "Що з цього буде", "Co z tego wyniknie"),
    "unsent_fits": ("can be taken over", "можна внести", "można przejąć"),
    "unsent_is_there": ("is here", "є тут", "jest tutaj"),
    "fault_unsent_no_file": (
        "this is no file of a terminal",
        "це не файл термінала",
        "to nie jest plik terminala",
    ),
    "fault_unsent_foreign_file": (
        "the file is of a device or a house that is not known here",
        "файл від пристрою чи закладу, якого тут не знають",
        "plik jest z urządzenia lub lokalu, którego tu nie znamy",
    ),
    "fault_unsent_changed_file": (
        "the file was changed after the terminal had signed it; nothing of it is taken",
        "файл змінено після підпису термінала; нічого з нього не взято",
        "plik zmieniono po podpisaniu przez terminal; nic z niego nie wzięto",
    ),
    "fault_unsent_empty_file": (
        "there is nothing in the file",
        "у файлі нічого немає",
        "plik jest pusty",
    ),
    "fault_unsent_unknown_device": (
        "no such device was ever let in here",
        "такого пристрою тут ніколи не підключали",
        "takiego urządzenia nigdy tu nie dopuszczono",
    ),
    "fault_unsent_not_revoked": (
        "the device is let in: it sends its entries by itself; shut it out first if it is lost",
        "пристрій підключено, він надсилає записи сам; якщо його втрачено, спершу відключіть",
        "urządzenie jest dopuszczone i samo wysyła wpisy; jeśli przepadło, najpierw je odłącz",
    ),
    "fault_unsent_fork": (
        "the file does not go on where this device ended here: it is of a copy of it",
        "файл не продовжує те, що цей пристрій тут надіслав: він із копії",
        "plik nie jest dalszym ciągiem tego, co to urządzenie tu wysłało: jest z kopii",
    ),
    "fault_unsent_gap": (
        "entries before those in the file are missing here; bring the older file first",
        "тут бракує записів перед тими, що у файлі; спершу внесіть старіший файл",
        "brakuje tu wpisów sprzed tych w pliku; najpierw wprowadź starszy plik",
    ),
    "command_OpenDay": ("Open the day", "Відкрити день", "Otwarcie dnia"),
    "command_CloseDay": ("Close the day", "Закрити день", "Zamknięcie dnia"),
    "command_OpenShift": ("Open the shift", "Відкрити зміну", "Otwarcie zmiany"),
    "command_MoveCash": (
        "Cash in or out",
        "Внесення або видача готівки",
        "Wpłata lub wypłata gotówki",
    ),
    "command_CountDrawer": ("Count the drawer", "Перерахунок каси", "Liczenie szuflady"),
    "command_CloseShift": ("Close the shift", "Закрити зміну", "Zamknięcie zmiany"),
    "command_PrintX": ("X report", "X-звіт", "Raport X"),
    "command_AdjustFloat": (
        "Correct the float",
        "Виправити розмін",
        "Korekta pogotowia kasowego",
    ),
    "command_OpenDrawer": (
        "Drawer without a sale",
        "Скринька без продажу",
        "Szuflada bez sprzedaży",
    ),
    "command_OpenCheck": ("Open a check", "Відкрити рахунок", "Otwarcie rachunku"),
    "command_SetGuests": ("Number of guests", "Кількість гостей", "Liczba gości"),
    "command_AddLines": ("Add dishes", "Додати страви", "Dodanie dań"),
    "command_ChangeLine": ("Change a dish", "Змінити страву", "Zmiana dania"),
    "command_RemakeLine": ("Make a dish anew", "Приготувати інакше", "Danie inaczej"),
    "command_RemoveLines": ("Take dishes off", "Прибрати страви", "Usunięcie dań"),
    "command_HoldLines": ("Hold dishes", "Утримати страви", "Wstrzymanie dań"),
    "command_SendLines": ("Send to the kitchen", "Надіслати на кухню", "Wysłanie do kuchni"),
    "command_FireLines": ("Fire", "Віддати на кухню", "Wydanie do kuchni"),
    "command_TimeFire": ("Fire at a time", "Готувати о певній годині", "Uruchomienie o godzinie"),
    "command_VoidLine": ("Void a dish", "Скасувати страву", "Storno dania"),
    "command_MoveLines": ("Move dishes", "Перенести страви", "Przeniesienie dań"),
    "command_MoveCheck": ("Move the check", "Перенести рахунок", "Przeniesienie rachunku"),
    "command_TransferCheck": ("Hand the check over", "Передати рахунок", "Przekazanie rachunku"),
    "command_TransferChecks": ("Hand checks over", "Передати рахунки", "Przekazanie rachunków"),
    "command_MergeChecks": ("Merge checks", "Об’єднати рахунки", "Połączenie rachunków"),
    "command_ShareLines": ("Divide dishes", "Поділити страви", "Podział dań"),
    "command_ShareAmount": ("Divide by a sum", "Поділити за сумою", "Podział kwotą"),
    "command_RenameCheck": ("Rename the check", "Перейменувати рахунок", "Zmiana nazwy rachunku"),
    "command_JoinTables": ("Push tables together", "Зсунути столи", "Złączenie stolików"),
    "command_GiveDiscount": ("Discount or surcharge", "Знижка або надбавка", "Rabat lub dopłata"),
    "command_TakeBackDiscount": ("Take a discount back", "Зняти знижку", "Cofnięcie rabatu"),
    "command_CompLine": ("On the house", "За рахунок закладу", "Na koszt lokalu"),
    "command_SetService": ("Service charge", "Плата за обслуговування", "Serwis"),
    "command_ExemptTax": ("Tax exempt", "Без податку", "Bez podatku"),
    "command_PrintPreBill": ("Print the bill", "Надрукувати рахунок", "Wydruk rachunku"),
    "command_AbandonCheck": (
        "Close an empty check",
        "Закрити порожній рахунок",
        "Zamknięcie pustego rachunku",
    ),
    "command_TakePayment": ("Payment", "Оплата", "Płatność"),
    "command_RefundPayment": ("Refund", "Повернення", "Zwrot"),
    "command_CloseCheck": ("Close the check", "Закрити рахунок", "Zamknięcie rachunku"),
    "command_ReopenCheck": (
        "Reopen the check",
        "Відкрити рахунок знову",
        "Ponowne otwarcie rachunku",
    ),
    "command_CopyReceipt": ("Copy of the receipt", "Копія чека", "Kopia paragonu"),
    "command_CorrectTender": (
        "Correct the tender",
        "Виправити спосіб оплати",
        "Korekta formy płatności",
    ),
    "command_SettleSuspense": (
        "Settle suspense",
        "З’ясувати оплату",
        "Wyjaśnienie wpłaty",
    ),
    "command_SellVoucher": ("Sell a voucher", "Продати сертифікат", "Sprzedaż bonu"),
    "command_ReturnVoucher": ("Return a voucher", "Повернути сертифікат", "Zwrot bonu"),
    "command_PayAccount": (
        "Payment to a house account",
        "Оплата рахунку фірми",
        "Wpłata na konto firmy",
    ),
    "command_AskCard": ("Card payment", "Оплата карткою", "Płatność kartą"),
    "command_BackToCard": ("Back to the card", "Повернення на картку", "Zwrot na kartę"),
    "command_LookAtCard": (
        "Look after a card payment",
        "Перевірити оплату карткою",
        "Sprawdzenie płatności kartą",
    ),
    "command_CancelCard": (
        "Cancel a card payment",
        "Скасувати оплату карткою",
        "Anulowanie płatności kartą",
    ),
    "command_ResolveCard": (
        "Decide about a card payment",
        "Вирішити щодо оплати карткою",
        "Rozstrzygnięcie płatności kartą",
    ),
    "command_ChargeRoom": ("Charge to a room", "Нарахувати на номер", "Obciążenie pokoju"),
    "command_ResolveCharge": (
        "Decide about a room charge",
        "Вирішити щодо нарахування",
        "Rozstrzygnięcie obciążenia",
    ),
    "command_ReverseCharge": (
        "Reverse a room charge",
        "Сторнувати нарахування",
        "Storno obciążenia",
    ),
    "command_StateHotelTotal": (
        "Sum of the hotel's report",
        "Сума зі звіту готелю",
        "Suma z raportu hotelu",
    ),
    "command_IssueClubCard": ("Give a club card", "Видати клубну картку", "Wydanie karty klubowej"),
    "command_AttachClubCard": (
        "Club card on the check",
        "Клубна картка на рахунку",
        "Karta klubowa na rachunku",
    ),
    "command_BlockClubCard": (
        "Block a club card",
        "Заблокувати клубну картку",
        "Blokada karty klubowej",
    ),
    "command_MoveClubPoints": (
        "Move points to another card",
        "Перенести бали на іншу картку",
        "Przeniesienie punktów na inną kartę",
    ),
    "command_PunchClock": ("Time clock", "Табель", "Rejestr czasu"),
    "command_AskApproval": ("Ask for approval", "Запитати дозвіл", "Prośba o zgodę"),
    "command_AnswerApproval": ("Answer a request", "Відповісти на запит", "Odpowiedź na prośbę"),
    "command_CancelApproval": ("Take a request back", "Відкликати запит", "Wycofanie prośby"),
    "command_StopItem": ("Stop a dish", "Зупинити страву", "Wstrzymanie sprzedaży dania"),
    "command_FreeItem": ("Sell a dish again", "Відновити страву", "Wznowienie sprzedaży dania"),
    "command_AcknowledgeNotice": (
        "Read a message",
        "Прочитати повідомлення",
        "Przeczytanie wiadomości",
    ),
    "command_LendRights": ("Lend rights", "Позичити права", "Użyczenie praw"),
    "command_TakeBackRights": ("End a loan of rights", "Забрати права", "Odebranie praw"),
    "command_AcknowledgeTickets": ("Kitchen has it", "Кухня отримала", "Kuchnia otrzymała"),
    "command_StartLines": ("Begin dishes", "Почати страви", "Rozpoczęcie dań"),
    "command_MarkReady": ("Dishes ready", "Страви готові", "Dania gotowe"),
    "command_BumpTicket": ("Ticket done", "Замовлення готове", "Bon gotowy"),
    "command_RecallTicket": ("Call a ticket back", "Повернути замовлення", "Przywrócenie bonu"),
    "command_AcknowledgeVoid": ("Void seen", "Скасування побачено", "Storno zauważone"),
    "command_RushTickets": ("Rush", "Терміново", "Pilne"),
    "command_MoveTicket": ("To another station", "В інший цех", "Na inne stanowisko"),
    "command_PassLines": ("Through the pass", "Видано з роздачі", "Wydane z wydawki"),
    "command_ServeLines": ("Served", "Подано", "Podano"),
}
DEVICE_WORDS: Mapping[str, Mapping[str, str]] = {
    language: {key: row[place] for key, row in _ROWS.items()}
    for place, language in enumerate(("en", "uk", "pl"))
}
