"""The front's devices for the pages of the back office, and what a revoked one had kept, in words.

Read beside the server, never written: a file is tried with the server's own code on the state as it
stands (`front_office.review.preview`) and told as a terminal would have told it: refusals are the
terminal's own sentences. The pages are `back_office/web/device_routes`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, select
from sqlmodel import col

from pos_app import formats
from pos_app.words import Words
from sync_server.back_office.device_offers import DeviceSeen, FileHead, KeptCommand
from sync_server.domain.ids import StaffId
from sync_server.domain.menu import Catalogue
from sync_server.front_office.facts import read_facts
from sync_server.front_office.group import SERVER
from sync_server.front_office.review import Looked, preview
from sync_server.front_office.tables import DeviceRow, Fact
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import CODEC
from sync_server.protocol.unsent import BadFile, Unsent, device_in, read_unsent
from sync_server.store.database import Database

FRONT = "front"
T = TypeVar("T")


class FrontDevices:
    """See `back_office.device_offers.DeviceReader`; the database is opened anew for each look."""

    def __init__(self, url: str) -> None:
        """`url` of the front's database."""
        self._url = url

    def devices(self) -> Sequence[DeviceSeen]:
        """All that were ever enrolled, by code."""
        return self._look(lambda database: database.read(_devices))

    def head(self, body: bytes) -> FileHead:
        """Whether a file is genuine, of a device that is shut out, and goes on where it ended."""

        def look(database: Database) -> FileHead:
            try:
                unsent = _genuine(database, body)
            except BadFile as fault:
                return FileHead(fault.code)
            tried = preview(database, unsent.dev, unsent.commands, StaffId(""), 0)
            whose = (unsent.dev, unsent.code, unsent.made_ms, len(unsent.commands))
            return FileHead(tried.fault, *whose)

        return self._look(look)

    def review(self, body: bytes, by: str, now_ms: int, language: str) -> Sequence[KeptCommand]:
        """Every command of a genuine file; none if it is not taken."""

        def look(database: Database) -> Sequence[KeptCommand]:
            try:
                unsent = _genuine(database, body)
            except BadFile:
                return ()
            dev, commands = unsent.dev, unsent.commands
            tried = preview(database, dev, commands, StaffId(by), now_ms)
            if tried.catalogue is None:
                return ()
            teller = _Teller(tried.catalogue, language)
            return [teller.told(one) for one in tried.looked]

        return self._look(look)

    def sentence(self, menu: Catalogue, code: str, params: Mapping[str, Any], language: str) -> str:
        """What a terminal says for a code, whom and what it names by name."""
        teller = _Teller(menu, language)
        return teller.sentence(code, params) if teller.knows(code) else code

    def _look(self, act: Callable[[Database], T]) -> T:
        with Database.open_read_only(self._url, FRONT, readers=1) as database:
            return act(database)


def _devices(connection: Connection) -> Sequence[DeviceSeen]:
    rows = connection.execute(select(DeviceRow).where(col(DeviceRow.dev) != SERVER)).all()
    seen = [
        DeviceSeen(
            *(row.dev, row.code, row.kind, row.name, row.revoked),
            *(row.enrolled_ms, row.last_at_ms),
        )
        for row in rows
    ]
    return sorted(seen, key=lambda one: (one.code[:1], len(one.code), one.code))


def _genuine(database: Database, body: bytes) -> Unsent:
    _, dev = device_in(body)
    site = read_facts(database).get(Fact.SITE, "")
    row = database.read(
        lambda connection: connection.execute(
            select(col(DeviceRow.public_key)).where(col(DeviceRow.dev) == dev)
        ).first()
    )
    if row is None:
        raise BadFile("foreign_file")
    return read_unsent(body, site, bytes(row.public_key))


class _Teller:
    """Words of one language for what stands in commands."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self._catalogue = catalogue
        self._words = Words.of(language)

    def told(self, looked: Looked) -> KeptCommand:
        """One command: what, when, who, of which check, how much, and what comes of it."""
        command, result = looked.command, looked.result
        try:
            body = CODEC.decode_command(command.type, command.tv, command.body)
        except FrameFault:
            body = None
        person = self._catalogue.staff.get(StaffId(command.actor))
        params = msgspec.json.decode(result.params)
        return KeptCommand(
            cmd_id=command.cmd_id,
            type=command.type,
            at_ms=command.made_wall_ms,
            who=person.name if person is not None else command.actor,
            check=looked.number or str(getattr(body, "number", "")),
            detail=self._detail(body),
            sum_minor=_sum_of(body) or looked.change_minor,
            outcome=result.outcome,
            said=self.sentence(result.code, params) if result.code else "",
            known=looked.known,
        )

    def _detail(self, body: object) -> str:
        """Dishes, tender, table, room, name, reason: what a person would tell it by."""
        parts = [self._dish(line) for line in getattr(body, "lines", ())]
        tender = getattr(body, "tender", "")
        if tender and self._words.knows(f"tender_{tender}"):
            parts.append(self._words.say(f"tender_{tender}"))
        table = self._catalogue.tables.get(getattr(body, "table_id", ""))
        parts += [table.label] if table is not None else []
        for field in ("item_id", "room", "guest", "name", "reason", "code", "card"):
            text = str(getattr(body, field, ""))
            parts.append(self._item(text, text) if field == "item_id" else text)
        return ", ".join(part for part in parts if part)

    def _dish(self, line: Any) -> str:
        quantity = formats.quantity(line.qty_milli, self._words.language)
        return f"{quantity} × {self._item(line.item_id, line.name)}"

    def _item(self, item_id: str, otherwise: str) -> str:
        item = self._catalogue.items.get(item_id)
        if item is None or (otherwise and otherwise != item_id):
            return otherwise
        return self._catalogue.name(item.names, self._words.language)

    def knows(self, code: str) -> bool:
        """Whether there is a sentence for a code."""
        return self._words.knows(f"refused_{code}")

    def sentence(self, code: str, params: Mapping[str, Any]) -> str:
        """The sentence of a refusal or a message."""
        return self._words.refusal(code, {key: self._param(key, params[key]) for key in params})

    def _param(self, key: str, value: Any) -> object:
        settings, language = self._catalogue.settings, self._words.language
        if isinstance(value, int):
            if key.endswith("_minor"):
                return formats.money(value, settings.currency, language)
            if key.endswith("_bp"):
                return formats.percent(value, language)
            if key.endswith("_ms"):
                return formats.clock(value, settings.zone) if value else "?"
            return value
        if key in ("by", "owner") and StaffId(value) in self._catalogue.staff:
            return self._catalogue.staff[StaffId(value)].name
        if key == "right":
            return self._words.say(f"right_{value}")
        return self._item(value, "") if key == "item" else value


def _sum_of(body: object) -> int:
    return int(getattr(body, "amount_minor", 0)) or int(getattr(body, "float_minor", 0))
