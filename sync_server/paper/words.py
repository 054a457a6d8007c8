"""The words on paper in Ukrainian, English and Polish; a row for a phrase, all three beside it.

Rule: who translates sees the other two; a test sees to it that no row lacks one or differs in its
places `{...}`. A language that is not here reads English. The terminals' screens have theirs.
"""

from dataclasses import dataclass

LANGUAGES = ("uk", "en", "pl")

PHRASES: dict[str, tuple[str, str, str]] = {
    # heads
    "display_down": (
        "ЕКРАН НЕ ПРАЦЮЄ – КОПІЯ",
        "KDS DOWN – PAPER COPY",
        "EKRAN NIE DZIAŁA – KOPIA",
    ),
    "copy_no": ("КОПІЯ {copy}", "COPY {copy}", "KOPIA {copy}"),
    "for_printer": ("ЗА ПРИНТЕР: {printer}", "FOR: {printer}", "ZA DRUKARKĘ: {printer}"),
    "possible_duplicate": (
        "МОЖЛИВИЙ ПОВТОР: {title}",
        "POSSIBLE DUPLICATE of {title}",
        "MOŻLIWE POWTÓRZENIE: {title}",
    ),
    "replaces_torn": (
        "ЗАМІСТЬ НЕПОВНОГО: {title}",
        "REPLACES AN INCOMPLETE {title}",
        "ZAMIAST NIEPEŁNEGO: {title}",
    ),
    # lists of the cash desk
    "figures_hour": ("ПРОДАЖ ПО ГОДИНАХ", "SALES BY HOUR", "SPRZEDAŻ WG GODZIN"),
    "figures_category": ("ПРОДАЖ ЗА КАТЕГОРІЯМИ", "SALES BY CATEGORY", "SPRZEDAŻ WG KATEGORII"),
    "figures_item": ("ПРОДАЖ СТРАВ", "SALES BY ITEM", "SPRZEDAŻ WG DAŃ"),
    "figures_waiter": ("ПРОДАЖ ОФІЦІАНТІВ", "SALES BY WAITER", "SPRZEDAŻ WG KELNERÓW"),
    "figures_hall": ("ПРОДАЖ ЗА ЗАЛАМИ", "SALES BY HALL", "SPRZEDAŻ WG SAL"),
    "figures_tender": ("ОПЛАТИ", "TENDERS", "PŁATNOŚCI"),
    "figures_tax": ("ПОДАТКИ ЗА СТАВКАМИ", "TAX BY RATE", "PODATEK WG STAWEK"),
    "figures_void": ("СКАСУВАННЯ", "VOIDS", "ANULACJE"),
    "figures_discount": ("ЗНИЖКИ", "DISCOUNTS", "RABATY"),
    "figures_comp": ("ПОДАРОВАНО", "COMPS", "GRATISY"),
    "figures_statement": ("ВИПИСКА З РАХУНКУ", "ACCOUNT STATEMENT", "WYCIĄG Z KONTA"),
    "invoice_no": ("РАХУНОК-ФАКТУРА № {number}", "INVOICE No. {number}", "FAKTURA nr {number}"),
    "figures_about": ("За", "For", "Za"),
    "figures_other": ("Інше", "Other", "Inne"),
    "check_no": ("Рахунок", "Check", "Rachunek"),
    "figures_rest": ("Решта", "The rest", "Pozostałe"),
    "sum_of_all": ("Разом", "Total", "Razem"),
    "tax_code": ("Податковий код", "Tax code", "NIP"),
    # whose and when
    "table": ("Стіл {label}", "Table {label}", "Stolik {label}"),
    "takeaway": ("З собою", "Takeaway", "Na wynos"),
    "room_service": ("Кімната", "Room", "Pokój"),
    "check": ("Чек {number}", "Check {number}", "Rachunek {number}"),
    "guests": ("гостей:\u00a0{count}", "guests:\u00a0{count}", "gości:\u00a0{count}"),
    "waiter": ("Офіціант: {name}", "Waiter: {name}", "Kelner: {name}"),
    "opened": ("Відкрито {time}", "Opened {time}", "Otwarto {time}"),
    # kitchen
    "course": ("{course} подача", "Course {course}", "Danie {course}"),
    "seat": ("місце {seat}", "seat {seat}", "miejsce {seat}"),
    "allergy": ("АЛЕРГІЯ: {text}", "ALLERGY: {text}", "ALERGIA: {text}"),
    "added": ("ДОДАНО О {time}", "ADDED {time}", "DODANO {time}"),
    "fire": ("ГОТУВАТИ ЗАРАЗ", "FIRE NOW", "ROBIĆ TERAZ"),
    "hold": ("ЧЕКАЄ – НЕ ГОТУВАТИ", "ON HOLD – DO NOT COOK", "CZEKA – NIE ROBIĆ"),
    "void": ("СКАСОВАНО", "VOID", "ANULOWANO"),
    "changed": ("ЗМІНЕНО", "CHANGED", "ZMIANA"),
    "table_moved": ("ГОСТІ ПЕРЕСІЛИ", "GUESTS MOVED", "GOŚCIE PRZESIEDLI SIĘ"),
    "left": ("лишається {qty}", "{qty} left to make", "zostaje {qty}"),
    "ready": ("готово", "ready", "gotowe"),
    "also_at": ("також: {stations}", "also at: {stations}", "także: {stations}"),
    "moved_to": ("ТЕПЕР {table}", "NOW {table}", "TERAZ {table}"),
    "pre_no": ("БЕЗ: {name}", "NO {name}", "BEZ: {name}"),
    "pre_extra": ("БІЛЬШЕ: {name}", "EXTRA {name}", "WIĘCEJ: {name}"),
    "pre_light": ("МЕНШЕ: {name}", "LIGHT {name}", "MNIEJ: {name}"),
    "surcharge": ("Надбавка", "Surcharge", "Dopłata"),
    "tax_exempt": ("Без податку", "Tax exempt", "Bez podatku"),
    "kilograms": ("{qty} кг", "{qty} kg", "{qty} kg"),
    "pre_side": ("ОКРЕМО: {name}", "{name} ON THE SIDE", "OSOBNO: {name}"),
    "end_of_ticket": (
        "— кінець марки {number} · позицій: {count} —",
        "— end of ticket {number} · lines: {count} —",
        "— koniec bonu {number} · pozycji: {count} —",
    ),
    # for the guest
    "bill": ("РАХУНОК", "BILL", "RACHUNEK"),
    "receipt": ("ЧЕК", "RECEIPT", "PARAGON WEWNĘTRZNY"),
    "times": ("{qty} × {price}", "{qty} × {price}", "{qty} × {price}"),
    "sum": ("Разом", "Subtotal", "Razem"),
    "discount": ("Знижка", "Discount", "Rabat"),
    "service": ("Обслуговування {rate}", "Service charge {rate}", "Obsługa {rate}"),
    "tax": ("ПДВ {rate}", "VAT {rate}", "VAT {rate}"),
    "included": ("у т. ч. {tax}", "incl. {tax}", "w tym {tax}"),
    "total_due": ("ДО СПЛАТИ", "TOTAL", "DO ZAPŁATY"),
    "balance": ("ЗАЛИШОК", "BALANCE DUE", "POZOSTAJE"),
    "cash": ("Готівка", "Cash", "Gotówka"),
    "card": ("Картка", "Card", "Karta"),
    "room": ("На кімнату {room}", "To room {room}", "Na pokój {room}"),
    "bank": ("Банківський переказ", "Bank transfer", "Przelew"),
    "account": ("На рахунок", "House account", "Na konto"),
    "voucher": ("Сертифікат", "Voucher", "Bon"),
    "deposit": ("Завдаток", "Deposit", "Zaliczka"),
    "worth": ("{given} = {worth}", "{given} = {worth}", "{given} = {worth}"),
    "given": (
        "отримано {given}, решта {change}",
        "given {given}, change {change}",
        "wpłacono {given}, reszta {change}",
    ),
    "rounding": ("Заокруглення готівки", "Cash rounding", "Zaokrąglenie gotówki"),
    "tips": ("Чайові", "Tips", "Napiwek"),
    "refunded": ("Повернено", "Refunded", "Zwrócono"),
    "pending": (
        "готель ще не підтвердив",
        "not confirmed by the hotel yet",
        "hotel jeszcze nie potwierdził",
    ),
    "not_fiscal": ("не є фіскальним чеком", "not a fiscal receipt", "niefiskalny"),
    "thanks": ("Дякуємо!", "Thank you!", "Dziękujemy!"),
    "slip_back": (
        "ПОВЕРНЕННЯ НА РАХУНОК КІМНАТИ",
        "ROOM CHARGE REVERSED",
        "ZWROT NA RACHUNEK POKOJU",
    ),
    "slip": ("НА РАХУНОК КІМНАТИ", "ROOM CHARGE", "OBCIĄŻENIE POKOJU"),
    "room_label": ("Кімната {room}", "Room {room}", "Pokój {room}"),
    "amount": ("Сума", "Amount", "Kwota"),
    "tip_line": ("Чайові", "Tip", "Napiwek"),
    "total": ("РАЗОМ", "TOTAL", "RAZEM"),
    "consent": (
        "Прошу віднести цю суму на мій рахунок у готелі.",
        "Please charge this amount to my hotel account.",
        "Proszę doliczyć tę kwotę do mojego rachunku w hotelu.",
    ),
    "sign_guest": ("Підпис гостя: {guest}", "Guest’s signature: {guest}", "Podpis gościa: {guest}"),
    # the drawer
    "cash_in": ("ВНЕСЕННЯ ГОТІВКИ", "CASH IN", "WPŁATA GOTÓWKI"),
    "cash_out": ("ВИДАЧА ГОТІВКИ", "CASH OUT", "WYPŁATA GOTÓWKI"),
    "cash_drop": ("ІНКАСАЦІЯ В СЕЙФ", "DROP TO THE SAFE", "ODPROWADZENIE DO SEJFU"),
    "cash_tips": ("ЧАЙОВІ ПЕРСОНАЛУ", "TIPS TO STAFF", "NAPIWKI DLA OBSŁUGI"),
    "slip_no_sale": ("БЕЗ ПРОДАЖУ", "NO SALE", "BEZ SPRZEDAŻY"),
    "slip_float": ("ВИПРАВЛЕНО РОЗМІННУ", "FLOAT ADJUSTED", "KOREKTA POGOTOWIA"),
    "slip_gift": ("ПОДАРУНКОВИЙ СЕРТИФІКАТ", "GIFT VOUCHER", "BON PODARUNKOWY"),
    "slip_deposit": ("ЗАВДАТОК ПРИЙНЯТО", "DEPOSIT TAKEN", "ZALICZKA PRZYJĘTA"),
    "slip_returned": ("ПОВЕРНЕНО ЗАЛИШОК", "REST RETURNED", "ZWROT RESZTY"),
    "slip_account": ("ОПЛАТА РАХУНКУ", "ACCOUNT PAYMENT", "WPŁATA NA KONTO"),
    "slip_refund": ("ПОВЕРНЕННЯ", "REFUND", "ZWROT"),
    "slip_corrected": ("ВИПРАВЛЕНО ОПЛАТУ", "TENDER CORRECTED", "KOREKTA PŁATNOŚCI"),
    "slip_suspense": ("НЕЗ’ЯСОВАНА ОПЛАТА", "SUSPENSE SETTLED", "WPŁATA WYJAŚNIONA"),
    "outcome_returned": ("повернено гостю", "returned to the guest", "zwrócono gościowi"),
    "outcome_kept": ("залишено в закладі", "kept by the house", "zatrzymano"),
    "outcome_allocated": ("віднесено на чек", "put on a check", "przypisano do rachunku"),
    "envelope": ("Конверт", "Envelope", "Koperta"),
    "code": ("Код", "Code", "Kod"),
    "name": ("Ім’я", "Name", "Nazwa"),
    "valid_until": ("Дійсний до", "Valid until", "Ważny do"),
    "paid_by": ("Сплачено", "Paid by", "Zapłacono"),
    "was": ("Було", "Was", "Było"),
    "reason": ("Підстава", "Reason", "Powód"),
    "cashier": ("Касир", "Cashier", "Kasjer"),
    "drawer": ("Скринька", "Drawer", "Szuflada"),
    "shift": ("Зміна", "Shift", "Zmiana"),
    "day": ("Торговий день", "Business day", "Dzień handlowy"),
    "sign_gave": ("Видав(-ла)", "Handed over by", "Wydał(a)"),
    "sign_took": ("Прийняв(-ла)", "Received by", "Przyjął (przyjęła)"),
    # X and Z
    "x_title": ("X-ЗВІТ", "X REPORT", "RAPORT X"),
    "z_title": ("Z-ЗВІТ № {number}", "Z REPORT No. {number}", "RAPORT Z NR {number}"),
    "shift_from": ("Зміна відкрита", "Shift opened", "Początek zmiany"),
    "shift_to": ("Зміна закрита", "Shift closed", "Koniec zmiany"),
    "printed_at": ("Друк", "Printed", "Wydruk"),
    "sales": ("ПРОДАЖ", "SALES", "SPRZEDAŻ"),
    "gross": ("За цінами меню", "At menu prices", "Wg cen menu"),
    "discounts": ("Знижки", "Discounts", "Rabaty"),
    "service_sum": ("Обслуговування", "Service charge", "Obsługa"),
    "net_sales": ("Продаж разом", "Sales total", "Sprzedaż razem"),
    "checks": ("Чеків", "Checks", "Rachunki"),
    "loose": (
        "у т. ч. до зміни ({count})",
        "of it before the shift ({count})",
        "w tym przed zmianą ({count})",
    ),
    "check_numbers": ("Перший – останній", "First – last", "Pierwszy – ostatni"),
    "guest_count": ("Гостей", "Guests", "Goście"),
    "per_check": ("Середній чек", "Average check", "Średni rachunek"),
    "per_guest": ("На гостя", "Per guest", "Na gościa"),
    "tenders": ("ОПЛАТИ", "TENDERS", "PŁATNOŚCI"),
    "room_tender": ("На кімнати ({count})", "To rooms ({count})", "Na pokoje ({count})"),
    "tender_row": ("{name} ({count})", "{name} ({count})", "{name} ({count})"),
    "room_plain": ("На кімнати", "To rooms", "Na pokoje"),
    "refund_taxes": ("ПОВЕРНЕННЯ ЗА СТАВКАМИ", "REFUNDS BY RATE", "ZWROTY WG STAWEK"),
    "untaxed": ("Без ПДВ", "No VAT", "Bez VAT"),
    "no_sales": ("Без продажу", "No sales", "Bez sprzedaży"),
    "reopened": ("Перевідкрито ({count})", "Reopened ({count})", "Otwarto ponownie ({count})"),
    "corrections": ("Виправлено оплат", "Tenders corrected", "Korekty płatności"),
    "vouchers_sold": (
        "Продано сертифікатів і завдатків",
        "Vouchers and deposits sold",
        "Sprzedane bony i zaliczki",
    ),
    "vouchers_returned": ("Повернено з них", "Returned of these", "Zwrócone z nich"),
    "accounts_paid": ("Оплачено рахунків", "Paid on accounts", "Wpłaty na konta"),
    "tips_paid": ("Чайові видано", "Tips paid out", "Wypłacone napiwki"),
    "foreign_cash": ("ІНОЗЕМНА ГОТІВКА", "FOREIGN CASH", "WALUTA OBCA"),
    "foreign_counted": ("пораховано {counted}", "counted {counted}", "policzono {counted}"),
    "perpetual_returns": (
        "Повернення від початку",
        "Refunds since the beginning",
        "Zwroty od początku",
    ),
    "z_number": ("Z-звіт №", "Z report No.", "Raport Z nr"),
    "tips_in": ("у т. ч. чайові", "incl. tips", "w tym napiwki"),
    "returns": ("Повернення", "Refunds", "Zwroty"),
    "late_entries": (
        "Пізні записи зміни {number} ({count})",
        "Late entries of shift {number} ({count})",
        "Późne wpisy zmiany {number} ({count})",
    ),
    "suspense": ("Нез’ясовані оплати", "Unallocated payments", "Wpłaty niewyjaśnione"),
    "voids": ("Скасовано ({count})", "Voids ({count})", "Anulowano ({count})"),
    "taxes": ("ПОДАТКИ", "TAXES", "PODATKI"),
    "tax_base": ("база {base}", "base {base}", "podstawa {base}"),
    "cash_drawer": ("ГОТІВКА В СКРИНЬЦІ", "CASH IN THE DRAWER", "GOTÓWKA W SZUFLADZIE"),
    "float": ("На початок", "Float", "Stan początkowy"),
    "cash_sales": ("Отримано", "Taken", "Przyjęto"),
    "cash_returns": ("Повернено готівкою", "Refunded in cash", "Zwroty gotówką"),
    "moved_in": ("Внесено", "Paid in", "Wpłacono"),
    "moved_out": ("Видано", "Paid out", "Wypłacono"),
    "dropped": ("У сейф", "Dropped to the safe", "Do sejfu"),
    "expected": ("Має бути", "Expected", "Powinno być"),
    "first_count": (
        "Перший підрахунок з {count}",
        "First count of {count}",
        "Pierwsze liczenie z {count}",
    ),
    "counted": ("Пораховано", "Counted", "Policzono"),
    "over": ("НАДЛИШОК", "OVER", "NADWYŻKA"),
    "short": ("НЕСТАЧА", "SHORT", "BRAK"),
    "even": ("Різниці немає", "No difference", "Bez różnicy"),
    "blind": (
        "Має бути: після перерахунку",
        "Expected: after the count",
        "Powinno być: po przeliczeniu",
    ),
    "perpetual": ("Продаж від початку", "Sales since the beginning", "Sprzedaż od początku"),
    "end_of_report": ("— кінець звіту —", "— end of report —", "— koniec raportu —"),
    # stock and labels
    "stock_take": ("ІНВЕНТАРИЗАЦІЯ {number}", "STOCK TAKE {number}", "INWENTARYZACJA {number}"),
    "store": ("Склад: {store}", "Store: {store}", "Magazyn: {store}"),
    "counted_by": ("Порахував(-ла)", "Counted by", "Policzył(a)"),
    "end_of_sheet": (
        "— кінець відомості · рядків: {count} —",
        "— end of sheet · rows: {count} —",
        "— koniec arkusza · pozycji: {count} —",
    ),
    "made": ("Виготовлено {at}", "Made {at}", "Wykonano {at}"),
    "use_by": ("Вжити до {at}", "Use by {at}", "Zużyć do {at}"),
    # templates and tests
    "template_faulty": (
        "шаблон із помилкою, надруковано за стандартом",
        "faulty template, printed as built in",
        "błędny szablon, wydruk standardowy",
    ),
    "bill_online": ("Ваш рахунок", "Your bill", "Twój rachunek"),
    "test_print": ("ПРОБНИЙ ДРУК", "TEST PRINT", "WYDRUK PRÓBNY"),
    "test_letters": (
        "Ґанок, їжак, 100 ₴ · Żółć · 汉字",
        "Ґанок, їжак, 100 ₴ · Żółć · 汉字",
        "Ґанок, їжак, 100 ₴ · Żółć · 汉字",
    ),
    # what is wrong with a printer
    "printer_ok": ("працює", "works", "działa"),
    "printer_unasked": ("ще не питали", "not asked yet", "jeszcze nie pytano"),
    "paper_low": ("папір закінчується", "paper is running low", "papier się kończy"),
    "paper_out": ("немає паперу", "out of paper", "brak papieru"),
    "cover_open": ("відкрита кришка", "cover open", "otwarta pokrywa"),
    "cutter_jammed": ("заїло ніж", "cutter jammed", "zablokowany nóż"),
    "printer_error": ("збій принтера", "printer error", "błąd drukarki"),
    "offline": ("вимкнено кнопкою", "offline", "offline"),
    "unreachable": ("не відповідає в мережі", "cannot be reached", "nieosiągalna"),
    "no_answer": ("мовчить", "does not answer", "nie odpowiada"),
    "no_route": ("не налаштовано", "not set up", "nieskonfigurowana"),
    "too_late": ("запізно", "too late", "za późno"),
    "set_up": ("неправильно налаштовано", "set up wrongly", "źle skonfigurowana"),
    "connection_lost": ("зв’язок обірвався", "connection lost", "utracono połączenie"),
    "other_fault": ("несправність: {code}", "fault: {code}", "usterka: {code}"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The phrases of one language. `code` is the language of formats as well."""

    code: str

    def say(self, key: str, **places: str | int) -> str:
        """The phrase with its places filled; a key that is not in `PHRASES` is a KeyError."""
        phrase = PHRASES[key][LANGUAGES.index(self.code)]
        return phrase.format(**places) if places else phrase

    def fault(self, reason: str) -> str:
        """A printer's reason (`hardware.printer`) in words."""
        known = reason if reason in PHRASES else "other_fault"
        return self.say(known, code=reason)


def words_of(language: str) -> Words:
    """The words of a language, English for one that is not here."""
    return Words(language if language in LANGUAGES else "en")
