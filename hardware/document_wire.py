"""A document as plain data and back, for a printer that hangs on another machine.

Rule: what comes back is built by the documents' own classes, so text is made safe here as anywhere
and absurd sizes are refused. Neighbours: `documents`, `connections`.
"""

from base64 import b64decode, b64encode
from dataclasses import fields
from enum import Enum
from typing import Any, Final

from hardware.documents import (
    QR,
    Align,
    Block,
    Cell,
    Columns,
    Cut,
    Document,
    DocumentError,
    KickDrawer,
    Logo,
    Rule,
    Signature,
    Size,
    Space,
    Stroke,
    Text,
)

_BLOCKS: Final[dict[str, type[Block] | type[Cell]]] = {
    one.__name__.lower(): one
    for one in (Text, Columns, Rule, Space, Logo, QR, Signature, Cut, KickDrawer, Cell)
}
_ENUMS: Final[dict[str, type[Enum]]] = {"size": Size, "align": Align, "stroke": Stroke}


def to_data(document: Document) -> dict[str, Any]:
    """The document as data of which JSON can be made."""
    return {
        "title": document.title,
        "blocks": [_block_data(block) for block in document.blocks],
        "copy_heading": document.copy_heading,
        "footer": document.footer,
    }


def from_data(data: dict[str, Any]) -> Document:
    """The document again. Raises `DocumentError` for data that is none."""
    try:
        blocks = tuple(_block(one) for one in data["blocks"])
        return Document(data["title"], blocks, data["copy_heading"], data["footer"])
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise DocumentError(f"this is no document: {fault!r}") from fault


def _block_data(block: Block | Cell) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": type(block).__name__.lower()}
    for field in fields(block):
        value = getattr(block, field.name)
        if value != field.default:
            data[field.name] = _value_data(value)
    return data


def _value_data(value: object) -> object:
    match value:
        case bytes():
            return b64encode(value).decode()
        case Enum():
            return value.value
        case tuple():
            return [_block_data(one) for one in value]
    return value


def _block(data: dict[str, Any]) -> Any:
    return _BLOCKS[data["kind"]](
        **{name: _value(name, value) for name, value in data.items() if name != "kind"}
    )


def _value(name: str, value: Any) -> Any:
    if name in _ENUMS:
        return None if value is None else _ENUMS[name](value)
    if name == "rows":
        return b64decode(value, validate=True)
    if name == "cells":
        return tuple(_block(one) for one in value)
    return value
