"""Puts a venue's files into an empty server: catalogue, PINs, the hotel's rooms, the stock.

Each part is done once and can be tried again: what is there already is left alone. The venue is
read and checked by `venue`; the server is built by `sync_server.bootstrap`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sync_server.back_office.accounts import Passwords
from sync_server.back_office.pace import learn_stations
from sync_server.back_office.reports.naming import learn
from sync_server.back_office.seeding import BooksNotEmpty, NewAccount, load_venue as load_books
from sync_server.bootstrap import House
from sync_server.config import ServerSettings
from sync_server.demo.catalogue import catalogue_of
from sync_server.demo.venue_types import Venue
from sync_server.domain import commands as c
from sync_server.domain.menu import CardTerminal, Catalogue
from sync_server.domain.staff import rights_of
from sync_server.hotel.loading import load_rooms
from sync_server.store.database import Database

BAR_STATIONS = frozenset({"bar"})


def with_addresses(catalogue: Catalogue, settings: ServerSettings) -> Catalogue:
    """The catalogue with printers and card terminals at the addresses that the settings name."""
    printers = dict(catalogue.printers)
    for printer_id, address in settings.printers.items():
        if printer_id in printers:
            host, port = _place(address)
            printers[printer_id] = replace(printers[printer_id], host=host, port=port)
    terminals = dict(catalogue.card_terminals)
    for drawer, address in settings.card_terminals.items():
        host, port = _place(address)
        terminals[drawer] = CardTerminal(f"card-{drawer}", drawer, host, port)
    return replace(catalogue, printers=printers, card_terminals=terminals)


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port or "0")


async def furnish(house: House, venue: Venue, day: date, now_ms: int) -> None:
    """Give a started server its venue and open the business day if none is open."""
    office = house.office
    if office.venue.catalogue_no == 0:
        catalogue = catalogue_of(venue, number=1, published_ms=now_ms)
        digest = await office.catalogues.store(with_addresses(catalogue, house.settings))
        await office.report(c.PublishCatalogue(1, digest))
        for secret in venue.credentials:
            await office.access.set_pin(secret.staff_id, secret.pin, now_ms)
    else:
        await follow_addresses(house, now_ms)
    if house.settings.hotel.kind == "embedded":
        currency = venue.settings.currency
        await load_rooms(house.hotel, venue, day, at_ms=now_ms, currency=currency)
    if office.venue.day is None:
        await office.report(c.OpenDay(day.isoformat()))


async def follow_addresses(house: House, now_ms: int) -> None:
    """Publish the catalogue anew if printers or card terminals moved to other addresses."""
    office = house.office
    moved = with_addresses(office.catalogue, house.settings)
    if moved != office.catalogue:
        number = office.venue.catalogue_no + 1
        moved = replace(moved, number=number, published_ms=now_ms)
        digest = await office.catalogues.store(moved)
        await office.report(c.PublishCatalogue(number, digest))


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
        lambda connection: learn(connection, venue.staff, venue.halls, venue.tables)
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
