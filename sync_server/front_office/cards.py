"""Cards and key fobs that sign people in: whose is this one.

Rule: a card is found by what is read from it, so it is stored as an HMAC with the pepper that is
not in the database: a stolen database names no card. One card a person; a new one ends the old one,
and nobody gets a card that is somebody else's. Trying cards is throttled by `access`, of which this
is a part; a card signs in and approves nothing, approvals ask for the PIN.
"""

import hmac
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from sync_server.domain.limits import CARD_LEAST, CARD_LENGTH
from sync_server.store.database import Database

from .tables import CardRow


def card_hash(pepper: bytes, card: str) -> str:
    """The stored form of what a reader said; readers differ in capitals and blanks."""
    return hmac.new(pepper, b"card\0" + card.strip().upper().encode(), sha256).hexdigest()


class Cards:
    """All cards of the house, in memory and in the database."""

    def __init__(self, database: Database, pepper: bytes) -> None:
        self._database = database
        self._pepper = pepper
        self._owners: dict[str, str] = {}

    def load(self) -> None:
        """Read them."""
        rows = self._database.read(lambda connection: connection.execute(select(CardRow)).all())
        self._owners = {row.card_hash: row.staff_id for row in rows}

    def owner(self, card: str) -> str:
        """Whose card it is; "" for nobody's."""
        return self._owners.get(card_hash(self._pepper, card), "")

    async def give(self, staff_id: str, card: str, now_ms: int) -> str:
        """From now on this is the person's card; an empty one takes the old one away.

        Gives "" or why not: `bad_card`, `card_taken`.
        """
        hashed = ""
        if card:
            if not CARD_LEAST <= len(card.strip()) <= CARD_LENGTH:
                return "bad_card"
            hashed = card_hash(self._pepper, card)
            if self._owners.get(hashed, staff_id) != staff_id:
                return "card_taken"

        def write(connection: Connection) -> None:
            connection.execute(delete(CardRow).where(col(CardRow.staff_id) == staff_id))
            if hashed:
                connection.execute(
                    insert(CardRow).values(staff_id=staff_id, card_hash=hashed, changed_ms=now_ms)
                )

        await self._database.write(write)
        self._owners = {h: who for h, who in self._owners.items() if who != staff_id}
        if hashed:
            self._owners[hashed] = staff_id
        return ""
