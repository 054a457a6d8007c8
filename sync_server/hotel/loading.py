"""Rooms, guests and what they owe already, put into an empty hotel database once.

Rule: all or nothing in one transaction; a house that has rooms is left as it is. The shapes asked
for are those of the venue's files (`sync_server.demo.venue_types`), which this package does not
import.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import Connection
from sqlmodel import select

from sync_server.store.database import Database, session_on

from .property import HOUSE_ID, add_entries
from .rules import ID_LENGTH, NAME_LENGTH, clean, folded, room_key
from .tables import EntryRow, HouseRow, RoomRow, StayRow


class RoomFile(Protocol):
    """A room as the venue's files say it."""

    @property
    def room_no(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def floor(self) -> int | str: ...
    @property
    def places(self) -> int: ...
    @property
    def rate_minor(self) -> int: ...
    @property
    def state(self) -> str: ...


class PlanFile(Protocol):
    """A board: what it pays a guest and day, by meal."""

    @property
    def plan_id(self) -> str: ...
    @property
    def allowance_minor(self) -> Mapping[str, int]: ...


class StayFile(Protocol):
    """A guest's stay; arrival and departure in days from the business day of loading."""

    @property
    def stay_id(self) -> str: ...
    @property
    def room_no(self) -> str: ...
    @property
    def surname(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def arrival(self) -> int: ...
    @property
    def departure(self) -> int: ...
    @property
    def credit_limit_minor(self) -> int: ...
    @property
    def charged_minor(self) -> int: ...
    @property
    def no_post(self) -> bool: ...
    @property
    def plan_id(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def key_card(self) -> str: ...


class HouseFiles(Protocol):
    """The part of a venue that is the hotel's."""

    @property
    def rooms(self) -> Sequence[RoomFile]: ...
    @property
    def meal_plans(self) -> Sequence[PlanFile]: ...
    @property
    def stays(self) -> Sequence[StayFile]: ...


async def load_rooms(
    database: Database,
    house: HouseFiles,
    business_day: date,
    *,
    at_ms: int,
    currency: str,
    allowance_groups: Sequence[str] = ("food",),
) -> bool:
    """Load rooms, stays and opening charges; False when the house has rooms already.

    `allowance_groups` are the revenue groups that board pays for.
    """
    plans = {plan.plan_id: _rules(plan, allowance_groups) for plan in house.meal_plans}
    rooms = [_room(room) for room in house.rooms]
    stays = [
        _stay(stay, business_day, plans.get(stay.plan_id, "[]"), currency) for stay in house.stays
    ]
    owed = [(stay.stay_id, stay.charged_minor) for stay in house.stays if stay.charged_minor]

    def load(connection: Connection) -> bool:
        session = session_on(connection)
        if session.exec(select(RoomRow)).first() is not None:
            return False
        day = business_day.isoformat()
        session.add(HouseRow(house_id=HOUSE_ID, business_day=day, night_audit=False))
        session.add_all(rooms)
        session.flush()
        session.add_all(stays)
        session.flush()
        for stay_id, amount in owed:
            add_entries(session, stay_id, _opening(stay_id, amount, day, at_ms))
        return True

    return await database.write(load)


def _rules(plan: PlanFile, groups: Sequence[str]) -> str:
    rules = [
        {"name": meal, "groups": list(groups), "per_guest_minor": minor}
        for meal, minor in plan.allowance_minor.items()
        if minor
    ]
    return json.dumps(rules)


def _room(room: RoomFile) -> RoomRow:
    return RoomRow(
        room_no=clean(room.room_no, ID_LENGTH),
        room_key=room_key(room.room_no),
        kind=room.kind,
        floor=str(room.floor),
        places=room.places,
        rate_minor=room.rate_minor,
        state=room.state,
    )


def _stay(stay: StayFile, today: date, allowances: str, currency: str) -> StayRow:
    guest = clean(f"{stay.surname}, {stay.name}" if stay.name else stay.surname, NAME_LENGTH)
    return StayRow(
        stay_id=clean(stay.stay_id, ID_LENGTH),
        room_no=clean(stay.room_no, ID_LENGTH),
        guest=guest,
        guest_folded=folded(guest),
        arrival=(today + timedelta(days=stay.arrival)).isoformat(),
        departure=(today + timedelta(days=stay.departure)).isoformat(),
        status="booked" if stay.arrival > 0 else "in_house",
        guests=1,
        board=stay.plan_id,
        allowances=allowances,
        no_post=stay.no_post,
        limit_minor=stay.credit_limit_minor or None,
        currency=currency,
        vip=stay.level,
        language=stay.language,
        country=stay.country,
        key_card=clean(stay.key_card, ID_LENGTH),
    )


def _opening(stay_id: str, amount: int, day: str, at_ms: int) -> Iterable[EntryRow]:
    yield EntryRow(
        stay_id=stay_id,
        line_no=0,
        source=f"opening:{stay_id}",
        kind="opening",
        part_kind="",
        part_group="",
        net_minor=amount,
        amount_minor=amount,
        hotel_day=day,
        at_ms=at_ms,
        note="",
    )
