"""The demo venue as its files say: read once a process, in 0.3 s; nobody changes it."""

from functools import cache

from sync_server.demo.venue import load_venue
from sync_server.demo.venue_types import Venue


@cache
def demo_venue() -> Venue:
    """Everything of it; a catalogue of it is made anew for each house."""
    return load_venue()
