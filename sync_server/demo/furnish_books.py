"""Gives empty books the seeded venue's goods, recipes, opening stock and accounts.

Apart from `furnish`, which the sync server loads: it has no use for the tables of the back office.
"""

from collections.abc import Callable
from datetime import date

from sync_server.back_office.accounts import Passwords
from sync_server.back_office.pace import learn_stations
from sync_server.back_office.reports.naming import learn
from sync_server.back_office.seeding import BooksNotEmpty, NewAccount, load_venue as load_books
from sync_server.demo.venue_types import Venue
from sync_server.domain.menu import Catalogue
from sync_server.domain.staff import rights_of
from sync_server.store.database import Database

BAR_STATIONS = frozenset({"bar"})


async def furnish_books(
    database: Database,
    venue: Venue,
    catalogue: Catalogue,
    passwords: Passwords,
    day: date,
    now_ms: int,
) -> None:
    """Give empty books the venue's ingredients, recipes, opening stock and accounts."""
    names: dict[str, str] = {person.staff_id: person.name for person in venue.staff}
    accounts = [
        NewAccount(
            login=secret.login or secret.staff_id,
            name=names[secret.staff_id],
            role=catalogue.staff[secret.staff_id].role_id,
            rights=tuple(sorted(rights_of(catalogue, secret.staff_id))),
            language=catalogue.staff[secret.staff_id].language,
            password_hash=passwords.hash(secret.password),
        )
        for secret in venue.credentials
        if secret.password
    ]
    await database.write(
        lambda connection: learn(connection, venue.staff, venue.halls, venue.tables, venue.reasons)
    )
    await database.write(lambda connection: learn_stations(connection, venue.stations))
    try:
        await load_books(
            database,
            venue,
            accounts,
            day=day.isoformat(),
            at_ms=now_ms,
            store_of_station=store_of(venue),
        )
    except BooksNotEmpty:
        return


def store_of(venue: Venue) -> Callable[[str], str]:
    """The store that a station takes from: the bar has its own."""
    stores = {store.store_id for store in venue.stores}

    def store(station_id: str) -> str:
        return "bar" if station_id in BAR_STATIONS and "bar" in stores else "kitchen"

    return store
