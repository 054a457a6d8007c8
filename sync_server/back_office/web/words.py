"""The words of the pages by language, and how a page asks for them.

Every language has every key, which a test checks. Amounts and dates are made in `formats`.
"""

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "back_office": "back office",
    "sign_in": "Sign in",
    "sign_out": "Sign out",
    "login": "Login",
    "password": "Password",
    "sign_in_wrong": "Login or password is wrong.",
    "sign_in_locked": "Too many wrong tries. Try again in {seconds} s.",
    "not_yours": "This page is not among your rights.",
    "not_found": "There is no such page.",
    "bad_question": "The page was asked for with a store, method or period that does not exist.",
    "to_start": "To the first page",
    "role_hall_manager": "Manager",
    "role_accountant": "Accountant",
    "role_calculator": "Calculator",
    "role_owner": "Owner",
    "role_administrator": "Administrator",
    "area_reports": "Reports",
    "area_intake": "Sales intake",
    "turnover": "Stock turnover",
    "food_cost": "Food cost",
    "exceptions": "Not consumed",
    "method_average": "Moving average",
    "method_fifo": "First in, first out",
    "period_month": "This month",
    "period_last_month": "Last month",
    "period_week": "Last 7 days",
    "period_day": "Last day",
    "period_from": "From",
    "period_to": "To",
    "period_show": "Show",
    "opening_value": "Opening value",
    "received": "Received",
    "sold": "Sold (recipe)",
    "closing_value": "Closing value",
    "points_to": "{points} pt to {month}",
    "ingredient": "Ingredient",
    "unit": "Unit",
    "open_qty": "Open qty",
    "value": "Value",
    "in": "In",
    "sold_qty": "Sold",
    "write_off": "Write-off",
    "variance": "Variance",
    "correction": "Correction",
    "close_qty": "Close qty",
    "avg_cost": "Avg cost",
    "total": "Total",
    "food_cost_by_day": "Food cost by day, %",
    "actual": "by recipe",
    "target": "target {percent}",
    "largest_variances": "Largest variances",
    "no_count": "No stock-take in this period.",
    "no_moves": "Nothing lay or moved in this store in the period.",
    "sums_in_money": "Groups and the total are in money in every column.",
    "no_sales": "No sales in this period.",
    "dish": "Dish",
    "qty": "Qty",
    "net_sales": "Net sales",
    "cost": "Recipe cost",
    "cost_percent": "Food cost, %",
    "margin": "Margin",
    "margin_one": "Margin each",
    "dearest": "Largest food cost",
    "event": "Event",
    "day": "Day",
    "time": "Time",
    "what": "What was sold",
    "why": "Why it was not consumed",
    "no_exceptions": "Everything sold has been taken from stock.",
    "some_exceptions": "The latest {count} of {all}.",
    "problem_no_recipe": "no recipe is in force for “{item}”",
    "problem_recipe_cycle": "a prepared good is made of itself: {path}",
    "problem_no_store": "the station “{station}” takes from no store",
    "problem_no_line": "voided, but its line was never fired here",
    "problem_bad_event": "the event cannot be read: {words}",
    "unit_kg": "kg",
    "unit_g": "g",
    "unit_l": "l",
    "unit_ml": "ml",
    "unit_pcs": "pcs",
}

UKRAINIAN: Mapping[str, str] = {
    "back_office": "бек-офіс",
    "sign_in": "Увійти",
    "sign_out": "Вийти",
    "login": "Логін",
    "password": "Пароль",
    "sign_in_wrong": "Неправильний логін або пароль.",
    "sign_in_locked": "Забагато невдалих спроб. Спробуйте за {seconds} с.",
    "not_yours": "Ця сторінка не входить до ваших прав.",
    "not_found": "Такої сторінки немає.",
    "bad_question": "Такого складу, методу чи періоду немає.",
    "to_start": "На першу сторінку",
    "role_hall_manager": "Адміністратор залу",
    "role_accountant": "Бухгалтер",
    "role_calculator": "Калькулятор",
    "role_owner": "Власник",
    "role_administrator": "Системний адміністратор",
    "area_reports": "Звіти",
    "area_intake": "Списання продажів",
    "turnover": "Оборот складу",
    "food_cost": "Фудкост",
    "exceptions": "Не списано",
    "method_average": "Середньозважена",
    "method_fifo": "ФІФО",
    "period_month": "Цей місяць",
    "period_last_month": "Минулий місяць",
    "period_week": "Останні 7 днів",
    "period_day": "Останній день",
    "period_from": "Від",
    "period_to": "До",
    "period_show": "Показати",
    "opening_value": "На початок",
    "received": "Надійшло",
    "sold": "Продано (за картами)",
    "closing_value": "На кінець",
    "points_to": "{points} п. до {month}",
    "ingredient": "Продукт",
    "unit": "Од.",
    "open_qty": "Поч. к-сть",
    "value": "Сума",
    "in": "Прихід",
    "sold_qty": "Продано",
    "write_off": "Списано",
    "variance": "Різниця",
    "correction": "Коригув.",
    "close_qty": "Кін. к-сть",
    "avg_cost": "Сер. ціна",
    "total": "Разом",
    "food_cost_by_day": "Фудкост за днями, %",
    "actual": "за картами",
    "target": "ціль {percent}",
    "largest_variances": "Найбільші різниці",
    "no_count": "У цьому періоді не було інвентаризації.",
    "no_moves": "На складі в цьому періоді нічого не було.",
    "sums_in_money": "Групи та підсумок — у грошах у кожній колонці.",
    "no_sales": "У цьому періоді не було продажів.",
    "dish": "Страва",
    "qty": "К-сть",
    "net_sales": "Чистий продаж",
    "cost": "Собівартість",
    "cost_percent": "Фудкост, %",
    "margin": "Маржа",
    "margin_one": "Маржа на од.",
    "dearest": "Найбільший фудкост",
    "event": "Подія",
    "day": "День",
    "time": "Час",
    "what": "Що продано",
    "why": "Чому не списано",
    "no_exceptions": "Усе продане списано зі складу.",
    "some_exceptions": "Останні {count} із {all}.",
    "problem_no_recipe": "для «{item}» немає чинної карти",
    "problem_recipe_cycle": "напівфабрикат складається сам із себе: {path}",
    "problem_no_store": "цех «{station}» не прив’язаний до складу",
    "problem_no_line": "скасовано, але рядок тут не проходив",
    "problem_bad_event": "подію не вдалося прочитати: {words}",
    "unit_kg": "кг",
    "unit_g": "г",
    "unit_l": "л",
    "unit_ml": "мл",
    "unit_pcs": "шт",
}

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "uk": UKRAINIAN}
LANGUAGE_NAMES: Mapping[str, str] = {"en": "English", "uk": "Українська"}
FIRST_LANGUAGE = "uk"


# Code points put ґ, є, і and ї after я; a reader looks for them where the alphabet has them.
_FIRST_LETTER = ord("а")
_UKRAINIAN_ORDER = {
    letter: _FIRST_LETTER + place
    for place, letter in enumerate("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")
}


class Words:
    """The words of one language: `words.turnover` or `words("points_to", points="1")`."""

    def __init__(self, language: str) -> None:
        """An unknown language reads as the house's first."""
        self.language = language if language in LANGUAGES else FIRST_LANGUAGE
        self._texts = LANGUAGES[self.language]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with values put in. An unknown key is our own fault."""
        return self._texts[key].format(**values)

    def __getattr__(self, key: str) -> str:
        try:
            return self._texts[key]
        except KeyError:
            raise AttributeError(key) from None

    def role(self, role_id: str) -> str:
        """The name of a role; a house's own role shows itself."""
        return self._texts.get(f"role_{role_id}", role_id)

    def order(self, text: str) -> tuple[int, ...]:
        """A key that sorts names as the alphabet of the language does."""
        return tuple(_UKRAINIAN_ORDER.get(sign, ord(sign)) for sign in text.casefold())

    def problem(self, code: str, params: Mapping[str, object]) -> str:
        """Why a sale was not consumed; a code without words shows itself."""
        text = self._texts.get(f"problem_{code}")
        if text is None:
            return f"{code} {dict(params)}"
        return text.format_map(_Lenient(params))


class _Lenient(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
