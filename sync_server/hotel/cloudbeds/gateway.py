"""A web API of the Cloudbeds shape as a `FolioGateway`: one check for each charge.

Rule: the charge's id is both the idempotency key and the check's id, so the same charge can stand
there only once however often it is sent; and still it is sent again only on a person's word. What
was sent is on record first (`sent_log`). No answer, an answer that cannot be read, and a server's
own fault (5xx) are Unknown. A reversal voids the whole check: the API has no negative sums.

Guests are the in-house list, read page by page; limits and no-post are not told, so the property's
answer is the authority. Shapes: `messages`.
"""

import asyncio
from collections.abc import Callable

import httpx

from sync_server.hotel.gateway import (
    Abilities,
    ByKeyCard,
    ByName,
    ByRoom,
    Deferred,
    FindOutcome,
    Guest,
    GuestQuery,
    GuestsFound,
    Health,
    Posted,
    Posting,
    PostOutcome,
    Refused,
    Timing,
    Unavailable,
    Unknown,
)
from sync_server.hotel.logged import LoggedGateway
from sync_server.hotel.rules import clean, folded, name_matches, room_key
from sync_server.hotel.sent_log import Begun, SentLog, deferred_for_link
from sync_server.store.database import Database

from .messages import (
    REFUSALS,
    GuestPage,
    PostedCheck,
    Problem,
    SeenGuest,
    Unreadable,
    check_body,
    read,
)
from .settings import CloudbedsSettings

CHECKS = "/folio/v1/checks"
GUESTS = "/api/v1.3/getGuestsByStatus"
TOO_MANY, NOT_FOUND = 429, 404


class CloudbedsGateway(LoggedGateway):
    """One property behind the web API. `run` looks now and then whether it is there."""

    def __init__(
        self,
        settings: CloudbedsSettings,
        key: str,
        database: Database,
        clock: Callable[[], int],
        *,
        currency: str,
    ) -> None:
        """`key` is the API key; `database` the hotel context's."""
        super().__init__(SentLog(database, settings.link, clock), currency)
        self._settings = settings
        self._posting = asyncio.Lock()
        self._client = httpx.AsyncClient(
            base_url=settings.url,
            headers={"Authorization": f"Bearer {key}", "x-property-id": settings.property_id},
            trust_env=False,
        )
        self.up = False
        self.text = "not asked yet"

    @property
    def timing(self) -> Timing:
        """As the site set it."""
        settings = self._settings
        return Timing(
            find_ms=settings.find_ms,
            answer_ms=settings.answer_ms,
            quarantine_ms=max(settings.quarantine_ms, settings.answer_ms + 1),
        )

    @property
    def abilities(self) -> Abilities:
        """It posts and voids; it tells neither totals nor what a board paid."""
        return Abilities(
            looks=False,
            totals=False,
            allowance_taken=False,
            key_cards=False,
            limits=False,
            audits=False,
            part_reversals=False,
        )

    async def run(self) -> None:
        """Look whether the property answers, until cancelled."""
        try:
            while True:
                await self._page(1)
                await asyncio.sleep(self._settings.look_ms / 1_000)
        finally:
            await self.close()

    async def close(self) -> None:
        """Give the connections up."""
        await self._client.aclose()

    # -- finding -------------------------------------------------------------------------------
    async def find_guests(
        self, query: GuestQuery, *, business_day: str, count_max: int
    ) -> FindOutcome:
        """Guests in house that match, sifted here: the API filters by neither room nor part."""
        if isinstance(query, ByKeyCard):
            return GuestsFound(()) if clean(query.key) else _too_short()
        if isinstance(query, ByName) and not folded(query.name):
            return _too_short()
        found: list[SeenGuest] = []
        for number in range(1, self._settings.pages_max + 1):
            page = await self._page(number)
            if isinstance(page, Unavailable):
                return page
            found += [each for each in page.data if _matches(each, query)]
            if number * self._settings.page_size >= page.total:
                break
        found.sort(key=lambda each: (each.roomName, each.name, each.reservationID))
        return GuestsFound(
            tuple(_guest(each) for each in found[:count_max]), more=len(found) > count_max
        )

    async def _page(self, number: int) -> GuestPage | Unavailable:
        """One page of everybody in house; whether it came is what `up` says."""
        settings = self._settings
        asked = {
            "status": "in_house",
            "pageNumber": str(number),
            "pageSize": str(settings.page_size),
        }
        try:
            answer = await self._client.get(GUESTS, params=asked, timeout=settings.find_ms / 1_000)
        except httpx.HTTPError as error:
            return self._away(f"no answer: {type(error).__name__}")
        page = read(answer.content, GuestPage)
        if answer.status_code != httpx.codes.OK or isinstance(page, Unreadable):
            return self._away(f"the hotel answered {answer.status_code}")
        self.up, self.text = True, ""
        return page if isinstance(page, GuestPage) else self._away("an answer of another shape")

    def _away(self, why: str) -> Unavailable:
        self.up, self.text = False, why
        return Unavailable(why)

    # -- posting -------------------------------------------------------------------------------
    def _turn(self) -> asyncio.Lock:
        return self._posting

    async def _send(self, posting: Posting, until_s: float) -> PostOutcome:
        refused = await self._refusal(posting)
        if refused is not None:
            return refused
        begun = await self._begin(posting, until_s)
        if not isinstance(begun, Begun):
            return begun
        outcome = await self._requested(posting)
        if isinstance(outcome, Deferred) and outcome.code == "link_down":
            await self._log.unsent(begun.number)
            return outcome
        return await self._answered(begun.number, outcome)

    async def _refusal(self, posting: Posting) -> PostOutcome | None:
        """Whoever signed must be in house under this reservation and name, as of now."""
        if posting.reverses is not None:
            original = await self._log.total_of(posting.reverses)
            if original is not None and original != -posting.total_minor:
                return Refused("not_allowed", "This hotel takes back whole checks only.")
            return None
        known = await self.find_guests(
            ByRoom(posting.room), business_day=posting.business_day, count_max=100
        )
        if isinstance(known, GuestsFound) and not any(
            guest.stay_id == posting.stay_id for guest in known.guests
        ):
            surname = _surname(posting)
            known = await self.find_guests(
                surname, business_day=posting.business_day, count_max=100
            )
        if isinstance(known, Unavailable):
            return deferred_for_link(known.reason)
        guests = known.guests if isinstance(known, GuestsFound) else ()
        signer = next((guest for guest in guests if guest.stay_id == posting.stay_id), None)
        if signer is None:
            return Refused("guest_not_found", "The guest is not in house.")
        if folded(signer.name) != folded(posting.guest_name):
            return Refused("wrong_guest", "The reservation belongs to another guest.")
        return None

    async def _requested(self, posting: Posting) -> PostOutcome:
        """One request, and what its answer says of the charge."""
        try:
            if posting.reverses is None:
                request = self._client.build_request(
                    "POST",
                    CHECKS,
                    json=check_body(posting, self._settings),
                    headers={"Idempotency-Key": posting.posting_id},
                    timeout=self._settings.answer_ms / 1_000,
                )
            else:
                request = self._client.build_request(
                    "DELETE",
                    f"{CHECKS}/{posting.reverses}",
                    timeout=self._settings.answer_ms / 1_000,
                )
            answer = await self._client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # Not a byte of the request has left.
            self._away(type(error).__name__)
            return deferred_for_link(f"no connection: {type(error).__name__}")
        except httpx.HTTPError as error:
            return Unknown(f"no answer: {type(error).__name__}")
        return _outcome(answer, posting)

    # -- how it is ----------------------------------------------------------------------------
    async def health(self) -> Health:
        """As the last question went."""
        return Health(up=self.up, text=self.text)


def _outcome(answer: httpx.Response, posting: Posting) -> PostOutcome:
    status = answer.status_code
    if posting.reverses is not None and status in (httpx.codes.NO_CONTENT, httpx.codes.OK):
        return Posted(posting.posting_id, posting.reverses, posting.total_minor)
    if status in (httpx.codes.CREATED, httpx.codes.OK):
        posted = read(answer.content, PostedCheck)
        if isinstance(posted, Unreadable) or posted.check_id != posting.posting_id:
            return Unknown("an answer that does not name this charge")
        return Posted(
            posting.posting_id, posted.check_id, posting.total_minor, 0, posted.notice or ""
        )
    if status == TOO_MANY:
        return Deferred("busy", "the hotel asks to wait")
    problem = read(answer.content, Problem)
    code = "" if isinstance(problem, Unreadable) else problem.code
    text = "" if isinstance(problem, Unreadable) else problem.message
    if code in REFUSALS and 400 <= status < 500:
        return Refused(REFUSALS[code], text or code)
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return Refused("denied", "The key of the hotel link is not accepted.")
    if status in (httpx.codes.BAD_REQUEST, NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY):
        return Refused("denied", text or f"the hotel answered {status}")
    return Unknown(f"the hotel answered {status} {text}".strip())


def _matches(guest: SeenGuest, query: GuestQuery) -> bool:
    if isinstance(query, ByRoom):
        return room_key(guest.roomName) == room_key(query.room)
    return not isinstance(query, ByKeyCard) and name_matches(query.name, guest.name)


def _guest(seen: SeenGuest) -> Guest:
    return Guest(
        stay_id=seen.reservationID,
        room=seen.roomName,
        name=seen.name,
        arrival=seen.startDate[:10],
        departure=seen.endDate[:10],
        board="",
        vip="",
        language="",
        no_post=False,
        limit_left_minor=None,
    )


def _too_short() -> Refused:
    return Refused("query_too_short", "At least one letter is needed.")


def _surname(posting: Posting) -> ByName:
    return ByName(posting.guest_name.partition(",")[0])
