"""Plain forms of the back office: fields with labels, choices and faults, as one macro draws them.

Used by the pages of goods, suppliers and people; documents have forms of their own
(`paper_view`).
"""

from collections.abc import Mapping, Sequence

from starlette.datastructures import FormData

from sync_server.domain.documents import Fault

from .desk import Choices
from .paper_view import HeadField
from .words import Words

Sheet = Mapping[str, Sequence[str]]


def sheet_of(form: FormData) -> dict[str, list[str]]:
    """A posted form as lists of texts."""
    return {name: [str(one) for one in form.getlist(name)] for name in form}


def first(sheet: Sheet, name: str) -> str:
    """A field's one value."""
    return (sheet.get(name) or [""])[-1]


def field_of(
    words: Words,
    sheet: Sheet,
    faults: Sequence[Fault],
    name: str,
    kind: str = "text",
    choices: Choices | None = None,
) -> HeadField:
    """A field with what stands in it; wrong ones are marked."""
    wrong = any(fault.place == name for fault in faults)
    mark = "fault" if wrong else ""
    return HeadField(name, words(f"field_{name}"), first(sheet, name), kind, choices, mark)


def told(words: Words, faults: Sequence[Fault]) -> list[str]:
    """What is wrong, each with its field."""
    return [
        f"{words(f'field_{fault.place}')}: {words.fault(fault.code, fault.params)}"
        if fault.place
        else words.fault(fault.code, fault.params)
        for fault in faults
    ]
