"""How a terminal reaches its server: websockets, pinned certificate, loopback exception.

The server's certificate is not checked by a name or an authority but by its SHA-256 fingerprint,
which came with the invitation; nothing is said on a connection before that. Plain websockets go to
this very machine only (reliability S-1, S-2).
"""

import hmac
import ssl
from hashlib import sha256
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from sync_server.protocol.frames import CloseCode
from sync_server.protocol.link import Link, LinkClosed
from sync_server.protocol.websocket_link import (
    SETTINGS,
    SUBPROTOCOL,
    WebSocketLink,
    is_loopback,
)


async def open_link(url: str, fingerprint: str = "") -> Link:
    """Connect to `url`. Raises LinkClosed with the reason in a word if it cannot be trusted or
    reached."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    context = None
    if parts.scheme == "ws":
        if not is_loopback(host):
            raise LinkClosed(CloseCode.NOT_TRUSTED, "plain_not_loopback")
    elif parts.scheme == "wss":
        if not fingerprint:
            raise LinkClosed(CloseCode.NOT_TRUSTED, "no_fingerprint")
        context = _pinning_context()
    else:
        raise LinkClosed(CloseCode.NOT_TRUSTED, "bad_address")
    try:
        socket = await connect(
            url,
            ssl=context,
            proxy=None,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            user_agent_header=None,
            **SETTINGS,
        )
    except (OSError, InvalidHandshake, InvalidURI, ssl.SSLError, TimeoutError) as error:
        raise LinkClosed(1006, type(error).__name__) from None
    seen = ""
    if context is not None:
        tls = socket.transport.get_extra_info("ssl_object")
        seen = sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
        if not hmac.compare_digest(seen, fingerprint.lower()):
            await socket.close(CloseCode.NOT_TRUSTED, "fingerprint")
            raise LinkClosed(CloseCode.NOT_TRUSTED, "fingerprint")
    return WebSocketLink(socket, host, seen)


def _pinning_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
