"""Bounds of JSON that types alone do not give: depth, lengths, range of numbers, one spelling.

`parse` reads JSON into plain values within the bounds of `limits` (reliability S-22): no floats, no
NaN, integers in 64 bits, strings and lists of at most 500, depth of at most 16. `canonical` also
demands that writing the value again gives the same bytes, which leaves no room for a repeated key,
a space, an escape too many or `1.0`. `fits` is the quick answer for the short bodies of the hot
path. Neighbours: `envelope` and `codec` use it, `frames` relies on typed fields instead.
"""

import re
from typing import Any

import msgspec

from sync_server.domain import limits

from .faults import FrameFault

_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_LONG_NUMBER = b"0" * 19
_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1

READ_ERRORS = (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError, OverflowError)
"""Everything that msgspec is known to raise for hostile bytes."""


def parse(data: bytes, max_bytes: int = limits.FRAME_BYTES) -> Any:
    """Plain values of a JSON text. Raises FrameFault for anything outside the bounds."""
    if len(data) > max_bytes:
        raise FrameFault("too_large", f"{len(data)} bytes")
    _check_utf8(data)
    check_depth(data)
    try:
        value = msgspec.json.decode(data)
    except READ_ERRORS as error:
        raise FrameFault("not_json", str(error)) from None
    _check_values(value)
    return value


def canonical(data: bytes, max_bytes: int = limits.COMMAND_BYTES) -> Any:
    """As `parse`, and the text is spelled as this system would spell it. Raises FrameFault."""
    value = parse(data, max_bytes)
    try:
        again = msgspec.json.encode(value)
    except READ_ERRORS as error:
        raise FrameFault("not_utf8", str(error)) from None
    if again != data:
        raise FrameFault("not_canonical")
    return value


def fits(data: bytes) -> bool:
    """True if a text is too short to break a bound, whatever it says; False means: look closer.

    A string or list over 500 needs more than 500 bytes, nesting over 16 needs 17 brackets, a number
    over 64 bits needs 19 digits.
    """
    return (
        len(data) <= limits.TEXT_LENGTH
        and data.count(b"{") + data.count(b"[") <= limits.DEPTH
        and _LONG_NUMBER not in data.translate(_DIGITS)
    )


def check_depth(data: bytes) -> None:
    """Raises FrameFault if brackets nest deeper than allowed. Cheap before any parser runs."""
    if data.count(b"{") + data.count(b"[") <= limits.DEPTH:
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(data):
        mark = data[match.start()]
        if mark in b"{[":
            depth += 1
            if depth > limits.DEPTH:
                raise FrameFault("too_deep")
        elif mark in b"}]":
            depth -= 1


def _check_utf8(data: bytes) -> None:
    try:
        str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise FrameFault("not_utf8", str(error)) from None


def _check_values(value: Any) -> None:
    """Look at plain values in the order in which they are met; the depth was checked before.

    A list that grows while it is walked: a call for each value costs more than the look at it.
    """
    met = [value]
    for one in met:
        kind = type(one)
        if kind is str:
            if len(one) > limits.TEXT_LENGTH:
                raise FrameFault("too_long", f"text of {len(one)}")
        elif kind is int:
            if not _INT_MIN <= one <= _INT_MAX:
                raise FrameFault("number", "outside 64 bits")
        elif kind is dict:
            if len(one) > limits.LIST_LENGTH:
                raise FrameFault("too_long", f"object of {len(one)}")
            met += one
            met += one.values()
        elif kind is list:
            if len(one) > limits.LIST_LENGTH:
                raise FrameFault("too_long", f"list of {len(one)}")
            met += one
        elif kind is float:
            raise FrameFault("number", "not whole")
