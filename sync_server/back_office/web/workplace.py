"""What stands behind every route that works with the books: who asks, one read, one write.

A write that ends in a page of refusal leaves no trace in the books (`Unchanged`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sync_server.store.database import Database, session_on

from ..accounts import Visitor
from ..food_cost import problem_count
from ..papers import Actor
from .desk import Desk
from .door import visitor_of
from .formats import Formats
from .frame import PagePlace, navigation, render
from .settled import SiteSettings, refusal
from .words import Words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a document's page: who, with which words, and the day in the house."""

    visitor: Visitor
    settings: SiteSettings

    @property
    def words(self) -> Words:
        """The person's words."""
        return Words(self.visitor.language)

    @property
    def formats(self) -> Formats:
        """The person's figures."""
        return Formats(self.words.language, self.settings.zone)

    @property
    def actor(self) -> Actor:
        """The person as the books write down."""
        return Actor(self.visitor.login, self.settings.clock(), self.settings.today())

    def desk(self, session: Session) -> Desk:
        """What a form needs."""
        return Desk.of(session, self.words, self.formats, self.settings.zone)

    def refuse(self, key: str, status: int) -> Response:
        """A refusal in the person's words."""
        return refusal(self.words(key), self.words.language, status)

    def page(
        self,
        session: Session,
        place: PagePlace,
        title: str,
        content: str,
        *,
        status: int = 200,
        scripts: tuple[str, ...] = (),
    ) -> Response:
        """A page inside the frame."""
        bar = navigation(self.visitor, place, place.path, problem_count(session.connection()))
        page = render(
            "frame.html",
            words=self.words,
            title=title,
            scripts=scripts,
            navigation=bar,
            content=content,
        )
        return HTMLResponse(page, status)


class Unchanged(Exception):
    """Leaves a write transaction without a change, with the page that says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


@dataclass(frozen=True, slots=True)
class Workplace:
    """The books for the routes of one right."""

    database: Database
    settings: SiteSettings
    right: str

    def call(self, request: Request) -> tuple[Call, Response | None]:
        """Who asks, and the refusal if the person may not."""
        call = Call(visitor_of(request), self.settings)
        if self.right in call.visitor.rights:
            return call, None
        return call, call.refuse("not_yours", 403)

    async def read(self, act: Callable[[Session], T]) -> T:
        """One look at the books."""

        def run(connection: Connection) -> T:
            with session_on(connection) as session:
                return act(session)

        return await self.database.read_async(run)

    async def write(self, act: Callable[[Session], Response]) -> Response:
        """An act that changes the books; a page that tells of faults changes nothing."""

        def run(connection: Connection) -> Response:
            with session_on(connection) as session:
                response = act(session)
                session.flush()
                if response.status_code >= 400:
                    raise Unchanged(response)
                return response

        try:
            return await self.database.write(run)
        except Unchanged as told:
            return told.response
