"""The live state as it is kept in the database: packed, and made without holding anybody up.

It is as large as a house is busy (300 finished checks are more than a megabyte), so it is written
piece by piece, by a thread that gives way between the pieces, and compressed. States that an
earlier version kept were plain JSON, which still reads. When one is kept is decided in `live`.
"""

import zlib

from sync_server.domain.venue import Venue
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import read_venue, venue_pieces

QUICK = 1
"""The level of compression that costs least: a tenth of the size at a few milliseconds."""

LARGEST_BYTES = 512 * 1024 * 1024


def pack_state(venue: Venue) -> bytes:
    """The state in few bytes; `venue` must not change meanwhile, as a committed one never does."""
    return zlib.compress(b"".join(venue_pieces(venue)), QUICK)


def unpack_state(data: bytes) -> Venue:
    """The state from its bytes. Raises FrameFault."""
    if data.startswith(b"{"):
        return read_venue(data)
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(data, LARGEST_BYTES)
    except zlib.error as error:
        raise FrameFault("bad_field", str(error)) from None
    if not unpacking.eof:
        raise FrameFault("too_large", "a saved state")
    return read_venue(plain)
