"""Who may sign in here: accounts with their rights, reports given or taken, and new passwords.

A role of the house gives its rights when it is asked to; ticks add to them, and single reports are
given or taken besides. Asks the right to settings. Somebody with that right always remains; who is
sent out is out at once, because rights are looked up at every request. Staff of the terminals are
on the menu's pages.
"""

from collections.abc import Mapping, Sequence

from fastapi import FastAPI
from sqlalchemy import delete
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.documents import Fault
from sync_server.store.database import Database

from ..accounts import (
    BACK_OFFICE_RIGHTS,
    PASSWORD_LENGTH,
    RIGHT_SETTINGS,
)
from ..catalogue import CatalogueReader
from ..house_tables import Account, SignIn
from .draft_routes import read_menu
from .frame import PEOPLE, SINGLE, render
from .plain_form import Sheet, field_of, first, sheet_of, told
from .settled import SiteSettings
from .words import LANGUAGE_NAMES
from .workplace import Call, Workplace

SHORTEST = 10
LOGIN_LENGTH = 40
ROLES = ("accountant", "calculator", "hall_manager", "owner", "administrator")
GIVEN, TAKEN = "report:", "no-report:"
OFFICE = frozenset(BACK_OFFICE_RIGHTS)
Roles = Mapping[str, frozenset[str]]


class PeoplePages:
    """The pages of accounts; `register` adds the routes."""

    def __init__(
        self, database: Database, settings: SiteSettings, menu: CatalogueReader | None
    ) -> None:
        """The settings know how a password is kept; the menu has the house's roles."""
        self._menu = menu
        self._place = Workplace(database, settings, RIGHT_SETTINGS)
        self._settings = settings

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(PEOPLE.path, self._list, methods=["GET"])
        app.add_api_route(PEOPLE.path + "/{login}", self._show, methods=["GET"])
        app.add_api_route(PEOPLE.path + "/{login}", self._keep, methods=["POST"])

    async def _list(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        return await self._place.read(lambda session: _list_page(session, call))

    async def _show(self, request: Request, login: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused

        def show(session: Session) -> Response:
            row = session.get(Account, login)
            if row is None and login != "new":
                return call.refuse("not_found", 404)
            return _page(session, call, login, _sheet(row), roles=roles)

        roles = await self._roles()
        return await self._place.read(show)

    async def _keep(self, request: Request, login: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        sheet = sheet_of(await request.form())
        password, hashed = first(sheet, "password"), ""
        if SHORTEST <= len(password) <= PASSWORD_LENGTH:
            hashed = await run_in_threadpool(self._settings.hash_password, password)
        roles = await self._roles()
        if sheet.get("by_role"):
            of_role = roles.get(first(sheet, "account_role"), frozenset())
            sheet = {**sheet, "rights": sorted({*sheet.get("rights", ()), *of_role})}
        return await self._place.write(lambda s: _kept(s, call, login, sheet, hashed, roles))

    async def _roles(self) -> Roles:
        """The rights in the back office of every role that may be chosen."""
        menu = await read_menu(self._menu)
        held = {key: frozenset(one.rights) for key, one in menu.roles.items()} if menu else {}
        keys = dict.fromkeys((*ROLES, *(key for key, has in held.items() if has & OFFICE)))
        return {key: held.get(key, frozenset()) & OFFICE for key in keys}


def _kept(
    session: Session, call: Call, login: str, sheet: Sheet, hashed: str, roles: Roles
) -> Response:
    row = session.get(Account, login) if login != "new" else None
    if row is None and login != "new":
        return call.refuse("not_found", 404)
    faults = _faults(session, row, sheet, hashed, roles)
    if row is None and not faults:
        row = Account(
            login=first(sheet, "login").strip().lower(),
            name="", role="", rights="", language="", password_hash=hashed,
        )  # fmt: skip
        session.add(row)
    if row is not None:
        row.name, row.role = first(sheet, "name").strip(), first(sheet, "account_role")
        row.language, row.rights = first(sheet, "language"), " ".join(_rights(sheet))
        row.active = first(sheet, "active") != "no"
        if hashed:
            row.password_hash, row.failures, row.locked_until_ms = hashed, 0, 0
        if hashed or not row.active:
            session.execute(delete(SignIn).where(col(SignIn.login) == row.login))
        session.flush()
        others = session.exec(select(Account).where(col(Account.active).is_(True)))
        if not any(RIGHT_SETTINGS in one.rights.split() for one in others):
            faults.append(Fault("nobody_may", place="rights"))
    if faults:
        return _page(session, call, login, sheet, faults, 422, roles=roles)
    return RedirectResponse(PEOPLE.path, 303)


def _faults(
    session: Session, row: Account | None, sheet: Sheet, hashed: str, roles: Roles
) -> list[Fault]:
    faults = []
    name, login = first(sheet, "name").strip(), first(sheet, "login").strip().lower()
    if not name or len(name) > 80 or not name.isprintable():
        faults.append(Fault("cell_empty", place="name"))
    if row is None:
        plain = login.replace("-", "").replace(".", "")
        if not plain.isalnum() or not plain.isascii() or len(login) > LOGIN_LENGTH:
            faults.append(Fault("bad_login", place="login"))
        elif session.get(Account, login) is not None or login == "new":
            faults.append(Fault("login_taken", place="login"))
    if not hashed and (row is None or first(sheet, "password")):
        faults.append(Fault("short_password", place="password", params={"least": SHORTEST}))
    if first(sheet, "account_role") not in roles:
        faults.append(Fault("bad_choice", place="account_role"))
    if first(sheet, "language") not in LANGUAGE_NAMES:
        faults.append(Fault("bad_choice", place="language"))
    return faults


def _rights(sheet: Sheet) -> list[str]:
    """Rights by ticks, then reports given and taken one by one."""
    rights = [one for one in sorted(BACK_OFFICE_RIGHTS) if one in sheet.get("rights", ())]
    for key in SINGLE:
        choice = first(sheet, f"report_{key}")
        rights += [f"{choice}{key}"] if choice in (GIVEN, TAKEN) else []
    return rights


def _sheet(row: Account | None) -> dict[str, list[str]]:
    if row is None:
        return {"language": ["uk"], "account_role": [ROLES[0]], "active": ["yes"]}
    sheet = {
        "name": [row.name],
        "login": [row.login],
        "account_role": [row.role],
        "language": [row.language],
        "active": ["yes" if row.active else "no"],
        "rights": row.rights.split(),
    }
    for right in row.rights.split():
        for mark in (TAKEN, GIVEN):
            if right.startswith(mark):
                sheet[f"report_{right.removeprefix(mark)}"] = [mark]
    return sheet


def _page(
    session: Session,
    call: Call,
    login: str,
    sheet: Sheet,
    faults: Sequence[Fault] = (),
    status: int = 200,
    *,
    roles: Roles,
) -> Response:
    words = call.words
    yes_no = [("yes", words.yes), ("no", words.no)]
    fields = [field_of(words, sheet, faults, "name")]
    if login == "new":
        fields.append(field_of(words, sheet, faults, "login"))
    known = [(one, words.role(one)) for one in roles]
    fields.append(field_of(words, sheet, faults, "account_role", choices=known))
    tongues = list(LANGUAGE_NAMES.items())
    fields.append(field_of(words, sheet, faults, "language", choices=tongues))
    fields.append(field_of(words, sheet, faults, "active", choices=yes_no))
    fields.append(field_of(words, {}, faults, "password", "password"))
    held = sheet.get("rights", ())
    title = words.new_account if login == "new" else first(sheet, "name")
    content = render(
        "person.html",
        words=words,
        title=title,
        login="" if login == "new" else login,
        faults=told(words, faults),
        fields=fields,
        rights=[(one, words(f"account_{one}"), one in held) for one in sorted(BACK_OFFICE_RIGHTS)],
        reports=[(key, words(page), first(sheet, f"report_{key}")) for key, page in SINGLE.items()],
        ways=[
            ("", words.by_right),
            (GIVEN, words.report_given_to),
            (TAKEN, words.report_taken_from),
        ],
        by_role=login == "new" or bool(sheet.get("by_role")),
        path=PEOPLE.path,
    )
    return call.page(session, PEOPLE, title, content, status=status)


def _list_page(session: Session, call: Call) -> Response:
    words = call.words
    rows = []
    for row in session.exec(select(Account).order_by(col(Account.name))):
        rights = row.rights.split()
        said = [words(f"account_{one}") for one in sorted(BACK_OFFICE_RIGHTS) if one in rights]
        single = sum(1 for one in rights if one.startswith((GIVEN, TAKEN)))
        rows.append(
            (row.login, row.name, words.role(row.role), ", ".join(said), single, row.active)
        )
    content = render("people.html", words=words, rows=rows, path=PEOPLE.path)
    return call.page(session, PEOPLE, words.people, content)
