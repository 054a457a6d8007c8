"""The property's end of the web API, on a real socket, over an embedded property.

Rule: an idempotency key gets its first answer again with the same body, and 409 with another; a
check's id stands once among those not voided; a void is idempotent. `mishaps` make it worse: the
same ones as on any wire, where they mean something here.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sync_server.hotel.gateway import Deferred, Guest, Posted, Posting, Refused, RevenueLine
from sync_server.hotel.property import Property

from .mishaps import NO_MISHAPS, Mishaps, happens

CODES = {
    "guest_not_found": (404, "FOLIO_NOT_FOUND"),
    "not_arrived": (404, "FOLIO_NOT_FOUND"),
    "checked_out": (409, "RESERVATION_CHECKED_OUT"),
    "bad_sum": (400, "INVALID_TOTAL_MISMATCH"),
    "original_not_found": (404, "CHECK_NOT_FOUND"),
}
AUDIT = 503


class CloudbedsHouse:
    """A server for one property. `mishaps` may be changed while it runs."""

    def __init__(
        self,
        house: Property,
        clock: Callable[[], int],
        rng: random.Random,
        *,
        key: str,
        mishaps: Mishaps = NO_MISHAPS,
    ) -> None:
        """`key` is what the client has to bring; `clock` tells milliseconds."""
        self._house = house
        self._clock = clock
        self._rng = rng
        self._key = key
        self._answers: dict[str, tuple[str, int, dict[str, Any]]] = {}
        self._checks: dict[str, Posting] = {}
        self._serial = 0
        self._turn = asyncio.Lock()
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.mishaps = mishaps
        self.port = 0
        self.received: list[str] = []
        """The ids of checks that were asked for, each time."""

    async def start(self) -> int:
        """Listen on loopback; gives the port."""
        application = Starlette(
            routes=[
                Route("/api/v1.3/getGuestsByStatus", self._guests),
                Route("/folio/v1/checks", self._post, methods=["POST"]),
                Route("/folio/v1/checks/{check_id}", self._void, methods=["DELETE"]),
            ]
        )
        config = uvicorn.Config(
            application, "127.0.0.1", 0, log_level="warning", lifespan="off", ws="none"
        )
        self._server = uvicorn.Server(config)
        listener = config.bind_socket()
        self.port = int(listener.getsockname()[1])
        self._serving = asyncio.create_task(self._server.serve([listener]))
        return self.port

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await self._serving

    # -- questions -----------------------------------------------------------------------------
    def _refused(self, request: Request) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {self._key}":
            return _problem(401, "UNAUTHORIZED", "The key is not known.")
        return None

    async def _guests(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        size, number = (int(request.query_params[name]) for name in ("pageSize", "pageNumber"))
        everybody = sorted(await self._house.everybody(), key=lambda guest: guest.stay_id)
        page = everybody[(number - 1) * size : number * size]
        return JSONResponse(
            {
                "success": True,
                "data": [_told(guest) for guest in page],
                "count": len(page),
                "total": len(everybody),
            }
        )

    async def _post(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        mishaps, rng = self.mishaps, self._rng
        names = ("deaf", "mute", "silent", "slow", "broken", "foreign", "again", "dialect", "audit")
        drawn = {name: happens(rng, getattr(mishaps, name)) for name in names}
        body = await request.body()
        self.received.append(str(json.loads(body).get("checkId")))
        if drawn["deaf"]:
            return _cut()
        if drawn["again"]:
            return Response(status_code=429)
        if drawn["audit"]:
            return _problem(AUDIT, "", "The day is being closed.")
        async with self._turn:
            status, told = await self._posted(request.headers.get("idempotency-key", ""), body)
        if drawn["slow"]:
            await asyncio.sleep(mishaps.slow_ms / 1_000)
        if drawn["mute"] or drawn["silent"]:
            return _cut()
        if drawn["broken"]:
            return Response(b'{"checkId":', status, media_type="application/json")
        if drawn["dialect"]:
            return JSONResponse({"ok": True}, 207)
        if drawn["foreign"] and "checkId" in told:
            told = {**told, "checkId": f"{told['checkId']}-other"}
        return JSONResponse(told, status)

    async def _posted(self, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        text = body.decode()
        if not key or len(key) > 255:
            return 400, {"code": "INVALID_TARGET", "message": "An idempotency key is required."}
        before = self._answers.get(key)
        if before is not None:
            if before[0] != text:
                return 409, {"code": "IDEMPOTENCY_KEY_REUSED", "message": "Another body."}
            return before[1], {**before[2], "notice": "answered before"}
        check = json.loads(text)
        if check["checkId"] in self._checks:
            return 409, {"code": "DUPLICATE_CHECK_ID", "message": "The check is there."}
        self._serial += 1
        posting = await self._posting(check)
        if sum(_minor(value) for value in check["totals"].values()) != posting.total_minor + sum(
            -line.discount_minor for line in posting.lines
        ):
            return 400, {"code": "INVALID_TOTAL_MISMATCH", "message": "The totals differ."}
        outcome = await self._house.post(posting)
        if isinstance(outcome, Deferred):
            return 429, {"code": "", "message": outcome.text}
        if isinstance(outcome, Refused):
            status, code = CODES.get(outcome.code, (400, outcome.code.upper()))
            answer: dict[str, Any] = {"code": code, "message": outcome.text}
        else:
            self._checks[check["checkId"]] = posting
            items = [{"externalLineId": line["externalLineId"]} for line in check["items"]]
            status = 201
            answer = {"checkId": check["checkId"], "checkNumber": check["checkNumber"]}
            answer["items"] = items
        self._answers[key] = (text, status, answer)
        return status, answer

    async def _posting(self, check: dict[str, Any]) -> Posting:
        lines = tuple(
            RevenueLine(
                item["externalLineId"],
                _minor(item["amount"]),
                -sum(_minor(each["amount"]) for each in item.get("discounts", ())),
            )
            for item in check["items"]
        )
        tip = sum(_minor(each["amount"]) for each in check.get("gratuities", ()))
        service = _minor(check.get("serviceCharge", {}).get("amount", "0"))
        context = check["posContext"]
        return Posting(
            posting_id=f"web-{self._clock()}-{self._serial}",
            attempt=1,
            stay_id=check["reservationId"],
            room="",
            guest_name=check["guestName"],
            check_no=check["checkNumber"],
            outlet=context["restaurantName"],
            covers=check["coverCount"],
            lines=lines,
            service_minor=service,
            tip_minor=tip,
            total_minor=tip
            + service
            + sum(line.gross_minor + line.discount_minor for line in lines),
            currency="UAH",
            business_day=await self._house.business_day(),
            at_ms=self._clock(),
            waiter=context["staffReference"],
            terminal="",
            text=check["items"][0]["note"] if check["items"] else "",
            meal=context["mealPeriod"],
        )

    async def _void(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        check_id = request.path_params["check_id"]
        posting = self._checks.get(check_id)
        if posting is None:
            return _problem(404, "CHECK_NOT_FOUND", "There is no such check.")
        self._serial += 1
        back = Posting(
            **{
                **{name: getattr(posting, name) for name in posting.__dataclass_fields__},
                "posting_id": f"void-{posting.posting_id}",
                "reverses": posting.posting_id,
                "lines": tuple(
                    RevenueLine(line.group, -line.gross_minor, -line.discount_minor)
                    for line in posting.lines
                ),
                "service_minor": -posting.service_minor,
                "tip_minor": -posting.tip_minor,
                "total_minor": -posting.total_minor,
            }
        )
        outcome = await self._house.post(back)
        if not isinstance(outcome, Posted):
            return _problem(409, "CHECK_VOID_UNAVAILABLE", outcome.text)
        return Response(status_code=204)


def _minor(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(f"{part}00"[:2])


def _told(guest: Guest) -> dict[str, str]:
    surname, _, first = guest.name.partition(", ")
    return {
        "guestID": guest.stay_id,
        "reservationID": guest.stay_id,
        "roomName": guest.room,
        "guestLastName": surname,
        "guestFirstName": first,
        "startDate": f"{guest.arrival}T00:00:00",
        "endDate": f"{guest.departure}T00:00:00",
        "currentStatus": "in_house",
    }


def _problem(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "message": message}, status)


def _cut() -> Response:
    """An answer that ends before its time, as when the connection is lost."""
    return Response(b"", 200, headers={"content-length": "10"})
