"""The register of enrolled devices: read at start, added to by one-time codes.

A short code (T3, K1) is given once and never again, not even after the device was revoked, because
check numbers begin with it. What a device is in memory stands in `devices`.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select

from sync_server.domain import limits
from sync_server.store.database import Database
from sync_server.store.errors import DiskFull, StoreBusy
from sync_server.transport.authority import Enrolment, EnrolRequest
from sync_server.transport.enrolment import EnrolmentDesk

from .devices import Device
from .tables import DeviceRow

PREFIX = {"pos": "T", "kds": "K", "office": "B"}
OTHER_KIND = "D"


class DeviceRegister(dict[str, Device]):
    """Devices by id; the server's own name is one of them."""

    def __init__(self, database: Database, clock: Callable[[], int], desk: EnrolmentDesk) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._desk = desk
        self._enrolling = asyncio.Lock()

    def load(self) -> None:
        """Read all of them."""
        rows = self._database.read(lambda connection: connection.execute(select(DeviceRow)).all())
        self.clear()
        self.update((row.dev, device_of(row)) for row in rows)

    async def enrol(self, request: EnrolRequest) -> Enrolment:
        """Redeem a one-time code; the device gets the next short code of its kind.

        A device that is known under the same key has only missed its answer, and gets it again.
        """
        opened = self._desk.redeem(request.code)
        if opened is None:
            return Enrolment("bad_code")
        async with self._enrolling:
            known = self.get(request.dev)
            if known is not None:
                same = known.public_key == request.public_key and not known.revoked
                return Enrolment("", known.code) if same else Enrolment("bad_code")
            code = self._next_code(PREFIX.get(opened.kind, OTHER_KIND))
            key = request.public_key
            try:
                await self.add(
                    Device(request.dev, code, opened.kind, opened.name, key, False, 1, 0, "", 0)
                )
            except (DiskFull, StoreBusy):
                return Enrolment("busy")
        return Enrolment("", code)

    def _next_code(self, prefix: str) -> str:
        taken = {device.code for device in self.values()}
        return next(f"{prefix}{i}" for i in range(1, len(taken) + 2) if f"{prefix}{i}" not in taken)

    async def add(self, device: Device) -> None:
        """Store a device, then know it."""
        row = {
            "dev": device.dev,
            "code": device.code,
            "kind": device.kind,
            "name": device.name[: limits.TEXT_LENGTH],
            "public_key": device.public_key,
            "revoked": device.revoked,
            "epoch": device.epoch,
            "last_seq": device.last_seq,
            "last_hash": device.last_hash,
            "last_at_ms": device.last_at_ms,
            "enrolled_ms": self._clock(),
        }
        await self._database.write(lambda connection: connection.execute(insert(DeviceRow), [row]))
        self[device.dev] = device


def device_of(row: Any) -> Device:
    """A row of the register as a device in memory, not heard of yet."""
    return Device(
        row.dev,
        row.code,
        row.kind,
        row.name,
        bytes(row.public_key),
        row.revoked,
        row.epoch,
        row.last_seq,
        row.last_hash,
        row.last_at_ms,
    )
