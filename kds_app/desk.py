"""What the kitchen's presenters know of the venue and may ask of it: the one door behind them.

Rule: reading is instant; `submit` decides on the replica at once and stores in the background, so a
display without a server still works what it has (features-commercial B9.64). `LinkedDesk` is the
real one, on `sync_server.client`; only `bridge`, which knows what was drawn, acknowledges.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from sync_server.client.desk import ClientDesk
from sync_server.client.identity import Invitation
from sync_server.client.records import LinkState
from sync_server.client.terminal import TerminalLink
from sync_server.domain.menu import Catalogue
from sync_server.domain.rejections import Decision
from sync_server.domain.venue import Notice, Venue

KIND = "kds"


class Desk(Protocol):
    """See the module."""

    @property
    def venue(self) -> Venue:
        """Confirmed state with this screen's own pending commands on top."""

    @property
    def catalogue(self) -> Catalogue | None:
        """The menu in force, the last one known while the newest is on its way, or none yet."""

    @property
    def link(self) -> LinkState:
        """How things stand with the server."""

    def now_ms(self) -> int:
        """Wall clock, UTC milliseconds."""

    def told_here(self) -> Sequence[Notice]:
        """What only this screen knows and somebody must read: taps that the server refused after
        they were shown, or that could not be stored; oldest first."""

    def submit(self, command: object) -> Decision:
        """Decide now, show it, store it in the background."""

    def begin_anew(self, begun: Callable[[int], None]) -> None:
        """Of this screen and its copy this one goes on; `begun` hears how many commands it takes
        along."""

    @property
    def saving(self) -> bool:
        """Whether something that was tapped is not on the disk yet."""

    def watch(self, changed: Callable[[], None], news: Callable[[], None] | None = None) -> None:
        """Call `changed` after every change of anything above; `news` in its place, if given, for
        what disk and server confirm and tell."""


class LinkedDesk:
    """The desk of a running display. `make_link` is given the callbacks and builds the way out."""

    def __init__(
        self,
        folder: Path,
        make_link: Callable[[ClientDesk], TerminalLink],
        drawing: Callable[[], bool],
    ) -> None:
        """`drawing` says whether frames still reach the screen: the beat tells the server."""
        self._client = ClientDesk(folder, KIND, drawing)
        self._make_link = make_link

    async def open(self) -> None:
        """Read what the disk has; needs no server. Raises StoreInUse, OSError."""
        await self._client.open(self._make_link(self._client))

    async def start(self) -> None:
        """Keep connected, and store what is tapped."""
        await self._client.start()

    async def enrol(self, invitation: Invitation, name: str) -> str:
        """Become known to a server unless one knows this screen. Gives "" or what went wrong."""
        if self._client.link.identity.enrolled:
            return ""
        return await self._client.link.enrol(invitation, name, KIND)

    async def stop(self) -> None:
        """Store what was tapped, then leave."""
        await self._client.stop()

    @property
    def enrolled(self) -> bool:
        """Whether a server knows this screen."""
        return self._client.link.identity.enrolled

    @property
    def code(self) -> str:
        """The short code of this device; empty before enrolment."""
        return self._client.code

    @property
    def venue(self) -> Venue:
        """See `Desk`."""
        return self._client.venue

    @property
    def catalogue(self) -> Catalogue | None:
        """See `Desk`."""
        catalogue = self._client.catalogue
        return catalogue if catalogue.number else None

    @property
    def link(self) -> LinkState:
        """See `Desk`."""
        return self._client.state

    def now_ms(self) -> int:
        """See `Desk`."""
        return self._client.now_ms()

    def told_here(self) -> Sequence[Notice]:
        """See `Desk`."""
        return self._client.own_notices

    def submit(self, command: object) -> Decision:
        """See `Desk`."""
        return self._client.submit(command)

    def begin_anew(self, begun: Callable[[int], None]) -> None:
        """See `Desk`."""

        async def begin() -> None:
            begun(await self._client.link.restart_epoch())

        self._client.later(begin())

    @property
    def saving(self) -> bool:
        """See `Desk`."""
        return self._client.saving

    def watch(self, changed: Callable[[], None], news: Callable[[], None] | None = None) -> None:
        """See `Desk`."""
        self._client.watch(changed, news)
