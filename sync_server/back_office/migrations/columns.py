"""Columns as the back office's migrations write them: none of them may be empty of meaning."""

from typing import Any

import sqlalchemy as sa


def text(name: str, *, key: bool = False, of: str = "", index: bool = False) -> sa.Column[str]:
    """A text that is never null; `of` names the column it refers to."""
    parts = [sa.ForeignKey(of)] if of else []
    return sa.Column(name, sa.String(), *parts, primary_key=key, nullable=False, index=index)


def long_text(name: str) -> sa.Column[str]:
    """A text of any length."""
    return sa.Column(name, sa.Text(), nullable=False)


def big(name: str, *, key: bool = False) -> sa.Column[int]:
    """A quantity, a sum, a time, or a number that is given and never drawn."""
    return sa.Column(name, sa.BigInteger(), primary_key=key, nullable=False, autoincrement=False)


def whole(name: str, *, key: bool = False, of: str = "") -> sa.Column[int]:
    """A small whole number."""
    parts = [sa.ForeignKey(of)] if of else []
    return sa.Column(name, sa.Integer(), *parts, primary_key=key, nullable=False)


def flag(name: str) -> sa.Column[bool]:
    """Yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False)


def added(
    name: str, kind: sa.types.TypeEngine[Any], start: "str | sa.ColumnElement[bool]"
) -> sa.Column[Any]:
    """A column for a table that has rows already: they get `start`."""
    return sa.Column(name, kind, nullable=False, server_default=start)
