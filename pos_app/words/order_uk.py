"""Ukrainian: dividing, sets, discounts, timed courses. The rest stands in `uk`."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "right_comp": "пригощати за рахунок закладу",
    "right_service": "змінювати обслуговування і податок",
    "right_open_item": "продавати позицію з довільною ціною",
    "refused_over_sum": "Ви можете дати {limit_minor}, а це {value_minor}; потрібне "
    "підтвердження адміністратора",
    "refused_set_part": "Це частина набору «{name}»: змінюється весь набір. Зніміть його "
    "й додайте знову",
    "refused_line_shared": "Страву поділено між рахунками: спершу з’єднайте частки",
    "refused_line_made": "{name} уже готують: час більше не змінити",
    "refused_too_late": "Час {at_ms} минув або задалеко: оберіть інший",
    "refused_too_fine": "{name} не поділити на {n}: замало",
    "refused_not_returned": "Повернути можна лише приготоване. Цю страву скасуйте",
    "refused_part_missing": "Оберіть у наборі: {part}",
    "refused_part_unknown": "Цієї страви в наборі більше немає: зберіть набір знову",
    "refused_open_unnamed": "Напишіть назву: вона буде в чеку і на кухні",
    "refused_bad_price": "Такої ціни бути не може: введіть іншу",
}
