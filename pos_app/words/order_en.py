"""English: dividing, sets, discounts, timed courses. The rest stands in `en`."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "right_comp": "to give on the house",
    "right_service": "to change service and tax",
    "right_open_item": "to sell at a free price",
    "refused_over_sum": "You may give {limit_minor}, this is {value_minor}; the hall "
    "manager has to approve",
    "refused_set_part": "This belongs to the set “{name}”: change the whole set. Take it "
    "off and add it again",
    "refused_line_shared": "The dish is shared between checks: join the shares first",
    "refused_line_made": "{name} is being made already: its time cannot change any more",
    "refused_too_late": "The time {at_ms} is past or too far away: choose another",
    "refused_too_fine": "{name} cannot be cut in {n}: there is too little of it",
    "refused_not_returned": "Only what was made can be returned: void this dish",
    "refused_part_missing": "Choose in the set: {part}",
    "refused_part_unknown": "This dish is no longer in the set: put the set together again",
    "refused_open_unnamed": "Write a name: it stands on the bill and in the kitchen",
    "refused_bad_price": "There is no such price: enter another",
}
