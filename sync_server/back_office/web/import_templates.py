"""Empty tables to fill in, one for each kind of import, with heads in the reader's language.

Needed columns are bold and stand first; a note at each head says what it takes. What is typed
below is read by `importing`; the columns are `import_columns`.
"""

import io

import xlsxwriter

from ..import_columns import COLUMNS, Subject, asked_in
from .words import Words

LANGUAGE_ORDER = ("en", "uk", "pl")
WIDTH = 22
NAME_LENGTH = 31


def template_of(subject: Subject, words: Words) -> bytes:
    """The file."""
    buffer, at = io.BytesIO(), LANGUAGE_ORDER.index(words.language)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    title = words(f"import_{subject.value}")
    sheet = book.add_worksheet("".join(one for one in title if one not in "[]:*?/\\")[:NAME_LENGTH])
    look = {"font_name": "Noto Sans", "bg_color": "#F3F5F8", "bottom": 1}
    needed, besides = book.add_format({**look, "bold": True}), book.add_format(look)
    text = book.add_format({"num_format": "@"})
    must_have, may_have = asked_in(subject, words.language)
    for column, name in enumerate((*must_have, *may_have)):
        must = name in must_have
        sheet.set_column(column, column, WIDTH, text if name in ("id", "barcode") else None)
        sheet.write_string(0, column, COLUMNS[name][at], needed if must else besides)
        note = words(f"column_{name}")
        sheet.write_comment(0, column, note if must else f"{note} ({words.may_be_empty})")
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()
