"""The desk of a running terminal: `sync_server.client` in the words of the terminal's presenters.

Rule: an adapter. What a terminal knows and may do is `ClientDesk`; here are only this terminal's
name and drawer, the paper it prints itself, and how the devices of the house are. `desk` states
the interface.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pos_app.attached import attached_in
from pos_app.desk import Device, Health, Link, Reply, SignedIn
from pos_app.own_printers import OwnPrinters
from pos_app.pictures import found_in
from pos_app.preferences import Preference, Preferences
from sync_server.client.desk import ClientDesk, DrawerOpener, KitchenPaper
from sync_server.client.identity import Invitation
from sync_server.client.link import open_link
from sync_server.client.terminal import Randomness, TerminalLink
from sync_server.client.worker import Runner
from sync_server.domain.menu import Catalogue
from sync_server.domain.pins import places_of
from sync_server.domain.venue import Notice, Venue
from sync_server.paper.words import words_of
from sync_server.protocol import link as wire
from sync_server.protocol.replica import CODEC

if TYPE_CHECKING:
    from pos_app.machines import Machines

KIND = "pos"
HEALTH_S = 15.0


class _Printer(msgspec.Struct):
    name: str = ""
    state: str = "unknown"
    words: str = ""


class _House(msgspec.Struct):
    """What the server says of the devices around it."""

    printers: list[_Printer] = []
    hotel: bool = True
    parts: list[str] = []


class _Liking(msgspec.Struct):
    """What the server keeps of a person's choices."""

    text: str = ""
    changed_ms: int = 0


class LinkedDesk:
    """See the module. Make it, `open` it, then `start` it on the event loop."""

    def __init__(
        self,
        folder: Path,
        *,
        run: Runner,
        clock: Callable[[], int],
        mono: Callable[[], int],
        rng: Randomness,
        boot_id: str,
        name: str = "",
        hall_id: str = "",
        drawer: str = "",
        mode: str = "dark",
        paper: KitchenPaper | None = None,
        drawers: DrawerOpener | None = None,
        machines: "Callable[[], Machines] | None" = None,
        connect: Callable[[str, str], Awaitable[wire.Link]] = open_link,
    ) -> None:
        # What `Desk` says and `ClientDesk` does as well is simply handed on.
        self.client = ClientDesk(folder, KIND, paper=paper, drawers=drawers)
        self._link = TerminalLink(
            folder,
            self.client.callbacks(),
            run=run,
            clock=clock,
            mono=mono,
            rng=rng,
            boot_id=boot_id,
            app="pos_app",
            schema_hash=CODEC.schema_hash,
            connect=connect,
        )
        self._folder = folder
        self._name, self._hall_id, self._drawer = name, hall_id, drawer
        self._printers: tuple[Health, ...] = ()
        self._parts_down: tuple[str, ...] = ()
        self._mode = mode
        self._preferences = Preferences(folder, run, self.client.later)
        client = self.client
        self._own = (
            OwnPrinters(
                machines,
                self._ask_plainly,
                lambda: self.catalogue,
                lambda: client.code,
                client.changed,
            )
            if machines is not None
            else None
        )
        self.watch, self.later = client.watch, client.later
        self.attached = attached_in(folder)
        self.now_ms, self.new_id = client.now_ms, client.new_id
        self.next_number, self.progress = client.next_number, client.progress
        self.submit, self.sign_out = client.submit, client.sign_out

    async def open(self) -> None:
        """Read what is on disk; works without any network. Raises StoreInUse, OSError."""
        await self.client.open(self._link)

    async def start(self) -> None:
        """Keep connected from now on."""
        await self.client.start()
        self.later(self._look_after())
        if self._own is not None:
            self.later(self._own.run(lambda: self.client.away))
        self.attached.start(asyncio.get_running_loop().call_soon_threadsafe, self.client.changed)

    async def stop(self) -> None:
        """Let go of the devices and of the disk."""
        await asyncio.to_thread(self.attached.stop)
        await self.client.stop()

    async def enrol(self, invitation: Invitation, name: str) -> str:
        """Become known to a server with a one-time code. Gives "" or why not."""
        return await self._link.enrol(invitation, name, KIND)

    @property
    def enrolled(self) -> bool:
        """Whether a server knows this terminal."""
        return self._link.identity.enrolled

    # -- see `desk.Desk` -----------------------------------------------------------------------
    @property
    def venue(self) -> Venue:
        """See `Desk`."""
        return self.client.venue

    @property
    def catalogue(self) -> Catalogue:
        """See `Desk`; empty until the first version has come."""
        return self.client.catalogue

    @property
    def me(self) -> str:
        """See `Desk`."""
        return self.client.me

    @property
    def notices(self) -> tuple[Notice, ...]:
        """See `Desk`."""
        return self.client.notices

    @property
    def saving(self) -> bool:
        """See `Desk`."""
        return self.client.saving

    @property
    def device(self) -> Device:
        """See `Desk`; named after its code unless somebody named it."""
        code = self.client.code
        return Device(code, self._name or f"POS {code}", self._hall_id, self._drawer or code)

    @property
    def link(self) -> Link:
        """See `Desk`."""
        state = self.client.state
        return Link(
            state.phase,
            state.latency_ms,
            state.saving,
            state.offline_since_ms,
            state.can_save,
            self.client.hotel and state.phase in ("online", "catching_up"),
            self._printers_known(),
            () if self.client.away else self._parts_down,
        )

    def _printers_known(self) -> tuple[Health, ...]:
        """As the server said; while it is away, of the printers here what this terminal sees."""
        if self._own is None or not self.client.away:
            return self._printers
        words = words_of(self.catalogue.settings.language)
        here: dict[str, Health] = {}
        for printer_id, wrong in self._own.seen.items():
            printer = self.catalogue.printers.get(printer_id)
            if printer is not None:
                name = self.catalogue.name(printer.names, words.code)
                said = words.fault(wrong) if wrong else words.say("printer_ok")
                here[name] = Health(name, "down" if wrong else "ok", said)
        known = {one.label: one for one in self._printers} | here
        return tuple(known.values())

    @property
    def preference(self) -> Preference:
        """See `Desk`."""
        return self._preferences.of(self.me)

    @property
    def mode(self) -> str:
        """See `Desk`."""
        return self.preference.mode or self._mode

    def prefer(self, **changes: Any) -> None:
        """See `Desk`."""
        self._preferences.choose(self.me, self.now_ms(), changes)
        self.client.changed()
        self.later(self._share_preference())

    def preference_of(self, staff_id: str) -> Preference:
        """See `Desk`."""
        return self._preferences.of(staff_id)

    def pin_places(self, staff_id: str) -> int:
        """See `Desk`."""
        return places_of(self.catalogue, staff_id)

    async def sign_in(self, staff_id: str, pin: str) -> SignedIn:
        """See `Desk`."""
        result = await self.client.sign_in(staff_id, pin)
        if not result.code:
            self.later(self._share_preference())
        return SignedIn(result.code, result.params)

    async def sign_in_by_card(self, card: str) -> SignedIn:
        """See `Desk`."""
        result = await self.client.sign_in_by_card(card)
        if not result.code:
            self.later(self._share_preference())
        return SignedIn(result.code, result.params)

    async def _share_preference(self) -> None:
        """Bring what the person here chose, take what was chosen elsewhere; without the server it
        waits for its return or the next sign-in."""
        who = self.me
        text, changed_ms = self._preferences.told(who)
        reply = await self.client.ask("liking", {"text": text, "changed_ms": changed_ms})
        if reply.code or self.me != who:
            return
        kept = msgspec.json.decode(reply.body, type=_Liking)
        if self._preferences.follow(who, kept.text, kept.changed_ms, changed_ms):
            self.client.changed()

    async def ask(self, what: str, params: dict[str, object]) -> Reply:
        """See `Desk`."""
        reply = await self.client.ask(what, params)
        if reply.code:
            return Reply(reply.code, params=msgspec.json.decode(reply.params))
        return Reply(body=msgspec.json.decode(reply.body))

    async def _ask_plainly(self, what: str, params: dict[str, object]) -> tuple[str, bytes]:
        reply = await self.client.ask(what, params)
        return reply.code, bytes(reply.body)

    async def hand_over(self) -> tuple[str, int]:
        """See `Desk`."""
        try:
            done = await self._link.hand_over()
        except OSError:
            return "", -1
        return (str(done.path), done.waiting) if done is not None else ("", 0)

    async def begin_anew(self) -> int:
        """See `Desk`."""
        return await self._link.restart_epoch()

    async def own_pictures(self) -> tuple[Path, ...]:
        """See `Desk`."""
        return await asyncio.to_thread(found_in, self._folder)

    async def own_printers(self) -> tuple[dict[str, object], ...]:
        """See `Desk`."""
        from hardware import finding

        if self._own is None:
            return ()
        self._own.expected = True
        found = await asyncio.to_thread(finding.on_wires)
        here = f"at:{self.client.code}:"
        return tuple(
            {"connection": here + one.connection, "name": one.name, "answers": one.answers}
            for one in found
        )

    # -- the devices of the house --------------------------------------------------------------
    async def _look_after(self) -> None:
        """Ask now and then how they are; at once when the server comes back, which then hears what
        was chosen meanwhile."""
        asked_s, was_away = 0.0, False
        while True:
            if self.client.away:
                asked_s, was_away = 0.0, True
            elif was_away and self.me:
                was_away = False
                await self._share_preference()
            elif asked_s <= 0:
                asked_s = HEALTH_S
                await self._ask_health()
            await asyncio.sleep(1.0)
            asked_s -= 1.0

    async def _ask_health(self) -> None:
        reply = await self.client.ask("health", {})
        if reply.code:
            return
        house = msgspec.json.decode(reply.body, type=_House)
        self.client.hotel = house.hotel
        self._printers = tuple(Health(one.name, one.state, one.words) for one in house.printers)
        self._parts_down = tuple(house.parts)
        self.client.changed()
