"""Cards, readers, scale and guest display, in Ukrainian."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "attached_card": "Зчитувач карток",
    "attached_barcode": "Сканер штрихкодів",
    "attached_scale": "Ваги",
    "attached_display": "Дисплей гостя",
    "weigh": "Зважити",
    "scale_moving": "Ваги ще рухаються: зачекайте й зважте знову",
    "scale_over": "Заважко для цих ваг: зважте частинами",
    "scale_under": "Ваги показують менше нуля: зніміть усе й обнуліть їх",
    "scale_empty": "На вагах нічого немає",
    "scale_lost": "Ваги не відповідають: наберіть вагу й перевірте кабель",
    "guest_change": "Решта",
    "guest_left": "До сплати",
    "guest_thanks": "Дякуємо!",
    "attached_file": "Файл devices.toml",
    "attached_lost": "{name}: немає зв'язку. Працюйте далі без цього й покличте адміністратора",
    "attached_back": "{name}: знову працює",
    "pin_change": "Змінити мій PIN",
    "pin_old": "Чинний PIN",
    "pin_new": "Новий PIN",
    "pin_again": "Новий PIN ще раз",
    "pin_differs": "Не збігаються: новий PIN спочатку",
    "pin_changed": "PIN змінено",
    "pin_needs_server": "PIN змінюють лише із сервером",
    "pin_hint": "Його не бачить і не знає ніхто інший",
    "card_give": "Видати картку",
    "card_whose": "Чия це буде картка?",
    "card_hold": "Прикладіть картку: {name}",
    "card_hint": "Попередня картка цієї людини одразу втратить силу",
    "card_take_away": "Картку загублено: скасувати",
    "card_given": "{name} входить цією карткою",
    "card_taken_away": "{name} більше не має картки",
}
