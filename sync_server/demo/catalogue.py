"""Makes the domain's catalogue of a venue: what terminals sell from, as one numbered version.

Rule: nothing is decided here, everything stands in the venue's files; PINs and passwords stay
behind. Neighbours: `venue` reads the files, `sync_server.domain.menu` says what a catalogue is.
"""

from sync_server.domain.menu import Catalogue

from .venue_types import Venue


def catalogue_of(venue: Venue, number: int, published_ms: int) -> Catalogue:
    """Version `number` of the venue's catalogue, published at `published_ms` (UTC, milliseconds).

    Dictionaries keep the order of the files: it is the order on the screens.
    """
    return Catalogue(
        number=number,
        published_ms=published_ms,
        settings=venue.settings,
        taxes={tax.tax_id: tax for tax in venue.taxes},
        categories={category.category_id: category for category in venue.categories},
        items={item.item_id: item for item in (*venue.items, *venue.sold_otherwise)},
        groups={group.group_id: group for group in venue.groups},
        stations={station.station_id: station for station in venue.stations},
        printers={printer.printer_id: printer for printer in venue.printers},
        halls={hall.hall_id: hall for hall in venue.halls},
        tables={table.table_id: table for table in venue.tables},
        reasons={reason.reason_id: reason for reason in venue.reasons},
        discounts={discount.discount_id: discount for discount in venue.discounts},
        roles={role.role_id: role for role in venue.roles},
        staff={person.staff_id: person for person in venue.staff},
        drawers={drawer.drawer: drawer for drawer in venue.drawers},
        accounts={account.account_id: account for account in venue.accounts},
        price_rules=venue.price_rules,
        station_rules=venue.station_rules,
    )
