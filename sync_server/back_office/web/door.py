"""The door in front of every page: who has no sign-in is led to it, sockets are refused.

An ASGI layer, because it has to stand before NiceGUI's websocket as well as before pages. The
cookie is HttpOnly and SameSite=Strict, so no other site's page can use it (a forged form or a
foreign websocket comes without it); forms from a foreign origin are refused besides. Programs
come in by `/api/` with a key of their own.
"""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..accounts import Accounts, Visitor

COOKIE = "vitrylo_office"
OPEN = ("/sign-in", "/assets/", "/_nicegui/", "/favicon.ico", "/api/")
KEPT = ("/assets/", "/_nicegui/", "/favicon.ico")
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Door:
    """The ASGI application behind the door gets `scope["visitor"]`."""

    app: ASGIApp
    accounts: Accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, lead to the sign-in, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        visitor = await self.accounts.visitor(connection.cookies.get(COOKIE, ""))
        scope["visitor"] = visitor
        path: str = scope["path"]
        if visitor is None and not path.startswith(OPEN):
            await self._refuse(scope, receive, send)
            return
        if scope["type"] == "http":
            request = Request(scope, receive)
            if request.method == "POST" and not same_origin(request):
                await PlainTextResponse("foreign origin", 403)(scope, receive, send)
                return
            send = _guarded(send, keep=path.startswith(KEPT))
        line = _Line(receive)
        try:
            await self.app(scope, line, send)
        except RuntimeError:
            # The framework's middleware says so when somebody has gone on to another page before
            # this one was there. That is no fault of anybody.
            if not line.hung_up:
                raise

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
            return
        request = Request(scope, receive)
        response: Response = PlainTextResponse("sign in first", 401)
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            response = RedirectResponse(f"/sign-in?{urlencode({'next': target})}", 303)
        await response(scope, receive, send)


class _Line:
    """What comes from the browser, and whether it has gone away meanwhile."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self.hung_up = receive, False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.hung_up = self.hung_up or message["type"] == "http.disconnect"
        return message


def visitor_of(request: Request) -> Visitor:
    """The person behind a request that the door has let in."""
    visitor = request.scope["visitor"]
    assert isinstance(visitor, Visitor), "the door stands before every page"
    return visitor


def same_origin(request: Request) -> bool:
    """Whether a form came from our own pages; browsers name the origin of every POST."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc == request.headers.get("host", "")


def safe_target(target: str) -> str:
    """Where to go after a form: a path of ours, never another site."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if inside and "\n" not in target and "\r" not in target else "/"


def _guarded(send: Send, *, keep: bool) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            if not keep:
                headers["Cache-Control"] = "no-store"
        await send(message)

    return guarded
