"""Older records for those who catch up: read page by page, and each page once for all of them.

Fifty screens that fall behind, or come back after a night, ask for the same stretch at about the
same time. A full page never changes, so it may be kept; only the newest few are, since what is
older than that is asked for by one device alone. Recent records are in `journal.Tail`.
"""

import asyncio
from collections import OrderedDict

from sync_server.store.database import Database

from . import journal

PAGE_EVENTS = 256
PAGES_KEPT = 12

Page = list[bytes]


class JournalPages:
    """Pages of the journal; page `k` begins with record `k * PAGE_EVENTS + 1`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[int, Page] = OrderedDict()
        self._reading: dict[int, asyncio.Task[Page]] = {}

    def forget(self) -> None:
        """Records on the disk have changed."""
        self._kept.clear()

    async def after(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        """Records after `n` up to the end of its page, within the bounds, at least one if any."""
        number, start = divmod(n, PAGE_EVENTS)
        page = self._kept.get(number)
        if page is None:
            page = await self._read_once(number)
        return within(page[start : start + max_events], max_bytes)

    async def _read_once(self, number: int) -> Page:
        reading = self._reading.get(number)
        if reading is None:
            reading = self._reading[number] = asyncio.create_task(self._read(number))
        # One who hangs up meanwhile does not take the page away from the others.
        return await asyncio.shield(reading)

    async def _read(self, number: int) -> Page:
        try:
            rows = await self._database.read_async(
                lambda connection: journal.records(connection, number * PAGE_EVENTS, PAGE_EVENTS)
            )
        finally:
            del self._reading[number]
        page = [data for _, data, _ in rows]
        if len(page) == PAGE_EVENTS:
            self._kept[number] = page
            if len(self._kept) > PAGES_KEPT:
                self._kept.popitem(last=False)
        return page


def within(records: list[bytes], max_bytes: int) -> list[bytes]:
    """As many of the first records as fit `max_bytes`, at least one if there is one."""
    size = 0
    for count, data in enumerate(records):
        size += len(data)
        if count and size > max_bytes:
            return records[:count]
    return records
