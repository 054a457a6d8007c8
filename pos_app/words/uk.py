"""Ukrainian: what every screen says, signing in, and what one sets for oneself.

Each other subject has a module of its own: `<subject>_uk`.
"""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    # everywhere
    "language_name": "Українська",
    "online": "На зв'язку",
    "offline": "Без сервера",
    "ms": "мс",
    "cancel": "Скасувати",
    "back": "Назад",
    "clear": "Стерти",
    "done": "Готово",
    "done_to_floor": "Готово, до зали",
    "got_it": "Зрозуміло",
    "and_more": "і ще {n}",
    "letters": "АБВ",
    "space": "пробіл",
    "reason": "Причина",
    "floor": "Зала",
    "check": "Рахунок",
    "offline_banner": "Сервера немає з {since}: замовлення, кухонний друк і готівка працюють, "
    "номери готелю — ні",
    "cannot_save": "Диск термінала не приймає записів: нічого не вводьте, покличте адміністратора",
    "forked": "Цей термінал відновлено з копії: покличте адміністратора",
    "begin_anew": "Працювати далі тут",
    "began_anew": {
        "one": "Термінал працює далі; {n} запис буде надіслано знову",
        "few": "Термінал працює далі; {n} записи буде надіслано знову",
        "many": "Термінал працює далі; {n} записів буде надіслано знову",
        "other": "Термінал працює далі; {n} запису буде надіслано знову",
    },
    "shut_out": "Сервер більше не пускає цей термінал: покличте адміністратора залу",
    "shut_out_with": {
        "one": "{n} запис до нього не дійшов",
        "few": "{n} записи до нього не дійшли",
        "many": "{n} записів до нього не дійшли",
        "other": "{n} запису до нього не дійшли",
    },
    "kept_to_file": "Записати у файл",
    "kept_in_file": {
        "one": "{n} запис у {path}: його внесуть на сторінці «Пристрої»",
        "few": "{n} записи у {path}: їх внесуть на сторінці «Пристрої»",
        "many": "{n} записів у {path}: їх внесуть на сторінці «Пристрої»",
        "other": "{n} запису у {path}: їх внесуть на сторінці «Пристрої»",
    },
    "kept_no_disk": "Ні флешка, ні диск термінала не прийняли файл",
    "kept_nothing": "Усе введене тут дійшло до сервера",
    "waiting_commands": {
        "one": "{n} запис чекає на сервер",
        "few": "{n} записи чекають на сервер",
        "many": "{n} записів чекають на сервер",
        "other": "{n} запису чекають на сервер",
    },
    # what one sets for oneself
    "my_settings": "Мої налаштування",
    "language": "Мова",
    "letters_size": "Розмір літер",
    "sample_text": "Борщ український ×2 · без часнику · 285,00 ₴",
    "colours": "Кольори",
    "mode_dark": "Темні",
    "mode_light": "Світлі",
    "hand": "Якою рукою",
    "hand_right": "Правою",
    "hand_left": "Лівою",
    "switch_user": "Інша людина",
    "look": "Глянути",
    "side_by_side": "Поруч",
    "ready_told": "{where}: готово — {dishes}",
    "late_told": "{where}: спізнюється — {dishes}",
    "unknown_barcode": "Код {code} не належить жодній страві. Знайдіть її пошуком",
    # sign-in
    "who_is_it": "ХТО ЦЕ? — або прикладіть картку",
    "choose_name": "Торкніться свого імені",
    "checking": "Перевіряю…",
    "purse_of": "гаманець {name}",
    "purse": "зі своїм гаманцем",
    "drawer_of": "каса {drawer}",
    "tables": {
        "one": "{n} стіл",
        "few": "{n} столи",
        "many": "{n} столів",
        "other": "{n} столу",
    },
    "server_online": "Сервер на зв'язку",
    "server_away": "Сервера немає",
    "printer": "Принтер: {name}",
    "printer_low": "мало паперу",
    "printer_down": "не друкує",
    "printer_unknown": "стан невідомий",
}
