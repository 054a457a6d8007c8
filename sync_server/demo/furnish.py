"""Puts a venue's files into an empty server: catalogue, PINs, the hotel's rooms.

Each part is done once and can be tried again: what is there already is left alone. The venue is
read and checked by `venue`, books are `furnish_books`'; the server is built by `bootstrap`.
"""

from dataclasses import replace
from datetime import date

from sync_server.bootstrap import House
from sync_server.config import SHOWS_CODES, ServerSettings
from sync_server.demo.catalogue import catalogue_of
from sync_server.demo.venue_types import Venue
from sync_server.domain import commands as c
from sync_server.domain.menu import CardTerminal, Catalogue
from sync_server.hotel.loading import load_rooms


def with_addresses(catalogue: Catalogue, settings: ServerSettings) -> Catalogue:
    """The catalogue with printers and card terminals at the addresses that the settings name."""
    printers = dict(catalogue.printers)
    for printer_id, address in settings.printers.items():
        if printer_id in printers:
            host, port = _place(address)
            printers[printer_id] = replace(printers[printer_id], host=host, port=port)
    terminals = dict(catalogue.card_terminals)
    for drawer, address in settings.card_terminals.items():
        host, port = _place(address.removesuffix(SHOWS_CODES))
        codes = address.endswith(SHOWS_CODES)
        terminals[drawer] = CardTerminal(f"card-{drawer}", drawer, host, port, codes)
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
