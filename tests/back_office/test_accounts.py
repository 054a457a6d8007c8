"""Signing in: what opens the door, what locks it, and for how long."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, update
from sqlmodel import col, select

from sync_server.back_office.accounts import Accounts, Admitted, Denied, Passwords
from sync_server.back_office.books import MIGRATIONS
from sync_server.back_office.house_tables import Account, SignIn
from sync_server.domain.limits import PIN_FAILURES, PIN_LOCK_FIRST_MS, SESSION_MS
from sync_server.store.database import Database, session_on
from tests.back_office.house import PASSWORD, PASSWORDS, furnish


@dataclass
class Clock:
    now: int = 1_000_000

    def __call__(self) -> int:
        return self.now


def door(books: Database, clock: Callable[[], int]) -> Accounts:
    tokens = itertools.count(1)
    return Accounts(books, PASSWORDS, clock, lambda: f"token-{next(tokens)}")


async def test_a_right_password_opens_until_the_session_ends(books_on_both: Database) -> None:
    await furnish(books_on_both)
    clock = Clock()
    accounts = door(books_on_both, clock)
    admitted = await accounts.sign_in(" Halyna ", PASSWORD, "::1")
    assert isinstance(admitted, Admitted)
    visitor = await accounts.visitor(admitted.token)
    assert visitor is not None
    held = {"reports", "costing", "approve_stock", "settings", "house_account"}
    assert visitor.rights == held
    clock.now += SESSION_MS
    assert await accounts.visitor(admitted.token) is None


async def test_the_database_knows_neither_password_nor_token(books: Database) -> None:
    await furnish(books)
    admitted = await door(books, Clock()).sign_in("halyna", PASSWORD, "::1")
    assert isinstance(admitted, Admitted)
    account, signed_in = books.read(_kept)
    assert account.password_hash.startswith("$argon2id$")
    assert admitted.token not in signed_in.token_hash
    assert not Passwords(b"other pepper").matches(account.password_hash, PASSWORD)


def _kept(connection: Connection) -> tuple[Account, SignIn]:
    with session_on(connection) as session:
        return session.get_one(Account, "halyna"), session.exec(select(SignIn)).one()


async def test_wrong_guesses_lock_a_login_for_longer_and_longer(books: Database) -> None:
    await furnish(books)
    clock = Clock()
    accounts = door(books, clock)
    for _ in range(PIN_FAILURES - 1):
        assert await accounts.sign_in("halyna", "guess", "::1") == Denied("wrong")
    assert await accounts.sign_in("halyna", "guess", "::1") == Denied("locked", PIN_LOCK_FIRST_MS)
    assert await accounts.sign_in("halyna", PASSWORD, "::2") == Denied("locked", PIN_LOCK_FIRST_MS)
    clock.now += PIN_LOCK_FIRST_MS
    twice = Denied("locked", 2 * PIN_LOCK_FIRST_MS)
    assert await accounts.sign_in("halyna", "guess", "::1") == twice
    clock.now += 2 * PIN_LOCK_FIRST_MS
    assert isinstance(await accounts.sign_in("halyna", PASSWORD, "::1"), Admitted)
    assert await accounts.sign_in("halyna", "guess", "::1") == Denied("wrong")


async def test_an_address_that_tries_many_names_has_to_wait(books: Database) -> None:
    await furnish(books)
    accounts = door(books, Clock())
    answers = [await accounts.sign_in(f"name{n}", "guess", "10.0.0.9") for n in range(31)]
    assert {answer.code for answer in answers[:30] if isinstance(answer, Denied)} == {"wrong"}
    assert isinstance(answers[30], Denied)
    assert answers[30].code == "locked"
    assert isinstance(await accounts.sign_in("halyna", PASSWORD, "10.0.0.8"), Admitted)


async def test_who_left_the_house_is_out_at_once(books: Database) -> None:
    await furnish(books)
    accounts = door(books, Clock())
    admitted = await accounts.sign_in("halyna", PASSWORD, "::1")
    assert isinstance(admitted, Admitted)
    await accounts.speak(admitted.token, "uk")
    visitor = await accounts.visitor(admitted.token)
    assert visitor is not None
    assert visitor.language == "uk"
    gone = update(Account).values(active=False)
    await books.write(lambda connection: connection.execute(gone))
    assert await accounts.visitor(admitted.token) is None
    assert await accounts.sign_in("halyna", PASSWORD, "::1") == Denied("wrong")


async def test_who_approves_the_books_still_opens_house_accounts_after_the_upgrade(
    books: Database,
) -> None:
    await furnish(books)
    before = update(Account).where(col(Account.login) == "halyna")
    old = before.values(rights="reports costing approve_stock settings")
    revision = import_module(f"{MIGRATIONS}.versions.0014_house_accounts")

    def upgraded(connection: Connection) -> None:
        connection.execute(old)
        with Operations.context(MigrationContext.configure(connection)):
            revision.upgrade()

    await books.write(upgraded)
    rows = books.read(lambda c: c.execute(select(Account.login, Account.rights)).all())
    opens = {login for login, rights in rows if "house_account" in rights.split()}
    assert opens == {"halyna", "oksana"}, "who only keeps recipes does not"
