"""Who answers the questions of terminals that are not the office's own: set-up, mail, printers.

Rule: protocols only, so that the office knows nobody of whom it hands a question on to; `bootstrap`
puts them in. `asks` hands on.
"""

from collections.abc import Mapping
from typing import Any, Protocol


class SetUp(Protocol):
    """Answers the questions of the set-up page; a code with its parameters, or "" and the body."""

    def knows(self, what: str) -> bool:
        """The question is one of its own."""

    async def answer(self, what: str, params: bytes) -> tuple[str, dict[str, Any]]:
        """The answer to somebody who has the right."""


class Mails(Protocol):
    """Sends a copy of a bill by e-mail."""

    async def send(self, check_id: str, address: str, by: str) -> tuple[str, dict[str, Any]]:
        """A code with its parameters, or "" when it went."""


class HandsOut(Protocol):
    """Gives terminals the papers for printers that hang on them."""

    async def work(self, code: str, params: bytes) -> tuple[str, Mapping[str, Any]]:
        """A code, or "" and the next job of the terminal of that code."""
