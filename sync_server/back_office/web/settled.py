"""What the pages need to know of the house, and how a refusal looks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse, Response

from .frame import render
from .words import Words


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the pages need to know of the house. `secure`: served by TLS, cookies only over it.

    `hash_password` makes what is kept of a password, `hash_pin` of a person's PIN at terminals
    (None: PINs cannot be changed here)."""

    zone: ZoneInfo
    clock: Callable[[], int]
    target_bp: int
    secure: bool
    hash_password: Callable[[str], str]
    hash_pin: Callable[[str, str], str] | None = None

    def today(self) -> str:
        """The day on the venue's wall."""
        now = datetime.fromtimestamp(self.clock() // 1000, UTC)
        return now.astimezone(self.zone).date().isoformat()


def refusal(problem: str, language: str, status: int) -> Response:
    """A page that says in words why there is nothing else."""
    return HTMLResponse(render("refusal.html", words=Words(language), problem=problem), status)
