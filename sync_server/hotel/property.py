"""The embedded property system: who is in house, and what stands on the folios.

Rule: a posting is one transaction, keyed by its id. The same id again gets the first answer; the
same id with another body is refused by name. Decisions are made by `rules` on what the writer
reads in the same transaction, so two charges cannot share one remaining limit.

`embedded` wraps this as a gateway, `reception` has the desk's side, `tables` the rows. Time comes
in through `clock`, milliseconds since the epoch.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import cast

from sqlalchemy import Connection
from sqlmodel import Session, col, func, select

from sync_server.domain import limits
from sync_server.store.database import Database, session_on

from .gateway import (
    ByKeyCard,
    ByRoom,
    DayTotals,
    Deferred,
    Guest,
    GuestQuery,
    GuestsFound,
    NotThere,
    OutletTotal,
    Posted,
    Posting,
    RefusalCode,
    Refused,
)
from .rules import (
    ID_LENGTH,
    NAME_LENGTH,
    Accepted,
    Allowance,
    Cover,
    Folio,
    Original,
    Part,
    PartKind,
    Status,
    Stay,
    allowances_left,
    clean,
    decide,
    fault_of,
    folded,
    limit_left,
    room_key,
)
from .tables import AllowanceUseRow, EntryRow, HouseRow, PostingRow, RoomRow, StayRow

HOUSE_ID = 1


class HouseNotLoaded(Exception):
    """The hotel database has no rooms yet; load them first (`loading`)."""


class Property:
    """Guests, charges and day totals over the hotel database."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """`database` is the hotel context's, migrated; `clock` tells milliseconds."""
        self._database = database
        self._clock = clock

    async def find(
        self, query: GuestQuery, business_day: str, count_max: int
    ) -> GuestsFound | Refused:
        """Guests in house that match, by room and name; `count_max` is cut to the list bound."""
        wanted = max(1, min(count_max, limits.LIST_LENGTH))
        return await self._database.read_async(
            lambda connection: _find(connection, query, business_day, wanted)
        )

    async def post(self, posting: Posting) -> Posted | Refused | Deferred:
        """Put a posting on its folio, once; durable when this returns."""
        now_ms = self._clock()
        return await self._database.write(lambda connection: _post(connection, posting, now_ms))

    async def look(self, posting_id: str) -> Posted | NotThere:
        """The posting as it was answered when accepted; a refused one is not there.

        Read on the writer's side of the queue, so that whatever was handed in before is counted.
        """
        return await self._database.write(lambda connection: _look(connection, posting_id))

    async def totals(self, business_day: str) -> DayTotals:
        """The sums posted for a restaurant business day, by outlet."""
        return await self._database.read_async(lambda connection: _totals(connection, business_day))

    async def everybody(self) -> tuple[Guest, ...]:
        """All guests in house, for systems that are told of them."""

        def read(connection: Connection) -> tuple[Guest, ...]:
            session = session_on(connection)
            day = house_of(session).business_day
            rows = session.exec(select(StayRow).where(StayRow.status == "in_house")).all()
            return tuple(_guest(session, row, day) for row in rows)

        return await self._database.read_async(read)

    async def business_day(self) -> str:
        """The hotel's own day."""
        return await self._database.read_async(
            lambda connection: house_of(session_on(connection)).business_day
        )

    async def charge_of(self, stay_id: str, check_no: str, at_ms: int) -> str | None:
        """The posting of a check at a time, for systems whose reversals name no posting."""
        return await self._database.read_async(
            lambda connection: (
                session_on(connection)
                .exec(
                    select(PostingRow.posting_id)
                    .where(
                        PostingRow.stay_id == stay_id,
                        PostingRow.check_no == check_no,
                        PostingRow.at_ms == at_ms,
                        PostingRow.outcome == "posted",
                        col(PostingRow.reverses).is_(None),
                    )
                    .order_by(col(PostingRow.number).desc())
                )
                .first()
            )
        )

    async def night_audit_runs(self) -> bool:
        """Whether postings are put off now."""
        return await self._database.read_async(
            lambda connection: house_of(session_on(connection)).night_audit
        )


def house_of(session: Session) -> HouseRow:
    """The house's one row; `HouseNotLoaded` when there is none."""
    house = session.get(HouseRow, HOUSE_ID)
    if house is None:
        raise HouseNotLoaded("the hotel has no rooms yet: load the venue first")
    return house


def stay_of(row: StayRow) -> Stay:
    """A stay as the rules see it."""
    rules = tuple(
        Allowance(rule["name"], tuple(rule["groups"]), rule["per_guest_minor"])
        for rule in json.loads(row.allowances)
    )
    return Stay(
        stay_id=row.stay_id,
        room=row.room_no,
        guest=row.guest,
        arrival=row.arrival,
        departure=row.departure,
        status=cast(Status, row.status),
        guests=row.guests,
        board=row.board,
        no_post=row.no_post,
        limit_minor=row.limit_minor,
        currency=row.currency,
        allowances=rules,
    )


def balance_of(session: Session, stay_id: str) -> int:
    """Charges less payments of a stay."""
    found = session.exec(
        select(func.sum(EntryRow.amount_minor)).where(EntryRow.stay_id == stay_id)
    ).one()
    return int(found or 0)


def add_entries(session: Session, stay_id: str, entries: Iterable[EntryRow]) -> None:
    """Number new lines after the last of the folio and add them."""
    last = session.exec(select(func.max(EntryRow.line_no)).where(EntryRow.stay_id == stay_id)).one()
    for line_no, entry in enumerate(entries, (last or 0) + 1):
        entry.line_no = line_no
        session.add(entry)
    session.flush()


def fingerprint(posting: Posting) -> str:
    """A digest of what is posted, whichever attempt it is."""
    body = asdict(posting)
    del body["attempt"]
    if not posting.over_limit:
        # As it was before limits could be set aside: what was posted then keeps its digest.
        del body["over_limit"]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# -- reading -----------------------------------------------------------------------------------
def _find(
    connection: Connection, query: GuestQuery, business_day: str, count_max: int
) -> GuestsFound | Refused:
    session = session_on(connection)
    wanted = select(StayRow).where(StayRow.status == "in_house")
    if isinstance(query, ByRoom):
        # Compared in Python's case rules, which SQLite's own do not know beyond ASCII.
        rooms = _rooms_like(session, room_key(query.room))
        wanted = wanted.where(col(StayRow.room_no).in_(rooms))
    elif isinstance(query, ByKeyCard):
        key = clean(query.key, ID_LENGTH)
        if not key:
            return Refused("query_too_short", "The key card is empty.")
        wanted = wanted.where(StayRow.key_card == key)
    else:
        words = folded(query.name)[:NAME_LENGTH].split()
        if not words:
            return Refused("query_too_short", "At least one letter of the name is needed.")
        for word in words:
            wanted = wanted.where(col(StayRow.guest_folded).contains(word, autoescape=True))
    wanted = wanted.order_by(col(StayRow.room_no), col(StayRow.guest), col(StayRow.stay_id))
    rows = session.exec(wanted.limit(count_max + 1)).all()
    guests = tuple(_guest(session, row, business_day) for row in rows[:count_max])
    return GuestsFound(guests, more=len(rows) > count_max)


def _rooms_like(session: Session, key: str) -> list[str]:
    return list(session.exec(select(RoomRow.room_no).where(RoomRow.room_key == key)).all())


def _guest(session: Session, row: StayRow, business_day: str) -> Guest:
    stay = stay_of(row)
    used = _allowance_used(session, stay.stay_id, business_day)
    return Guest(
        stay_id=stay.stay_id,
        room=stay.room,
        name=stay.guest,
        arrival=stay.arrival,
        departure=stay.departure,
        board=stay.board,
        vip=row.vip,
        language=row.language,
        no_post=stay.no_post,
        limit_left_minor=limit_left(stay, balance_of(session, stay.stay_id)),
        allowances=allowances_left(stay, business_day, used),
    )


def _allowance_used(session: Session, stay_id: str, day: str) -> dict[str, int]:
    rows = session.exec(
        select(AllowanceUseRow.allowance, func.sum(AllowanceUseRow.covered_minor))
        .where(AllowanceUseRow.stay_id == stay_id, AllowanceUseRow.day == day)
        .group_by(AllowanceUseRow.allowance)
    ).all()
    return {allowance: int(used) for allowance, used in rows}


def _look(connection: Connection, posting_id: str) -> Posted | NotThere:
    row = _posting_row(session_on(connection), posting_id)
    answer = _answer(row) if row is not None else None
    return answer if isinstance(answer, Posted) else NotThere()


def _posting_row(session: Session, posting_id: str) -> PostingRow | None:
    return session.exec(select(PostingRow).where(PostingRow.posting_id == posting_id)).first()


def _totals(connection: Connection, business_day: str) -> DayTotals:
    session = session_on(connection)
    postings = session.exec(
        select(PostingRow)
        .where(PostingRow.business_day == business_day, PostingRow.outcome == "posted")
        .order_by(PostingRow.outlet)
    ).all()
    parts = session.exec(
        select(PostingRow.outlet, EntryRow.part_kind, EntryRow.part_group, EntryRow.net_minor)
        .join(EntryRow, col(EntryRow.source) == col(PostingRow.posting_id))
        .where(PostingRow.business_day == business_day, PostingRow.outcome == "posted")
    ).all()
    outlets = sorted({posting.outlet for posting in postings})
    return DayTotals(
        business_day,
        tuple(
            _outlet_total(
                outlet,
                [posting for posting in postings if posting.outlet == outlet],
                [(kind, group, net) for name, kind, group, net in parts if name == outlet],
            )
            for outlet in outlets
        ),
    )


def _outlet_total(
    outlet: str, postings: Sequence[PostingRow], parts: Sequence[tuple[str, str, int]]
) -> OutletTotal:
    sums: dict[tuple[str, str], int] = {}
    for kind, group, net in parts:
        sums[kind, group] = sums.get((kind, group), 0) + net
    return OutletTotal(
        outlet=outlet,
        postings=len(postings),
        groups=tuple(
            sorted((group, net) for (kind, group), net in sums.items() if kind == "revenue")
        ),
        service_minor=sums.get(("service", ""), 0),
        tax_minor=sums.get(("tax", ""), 0),
        tip_minor=sums.get(("tip", ""), 0),
        allowance_minor=sum(posting.allowance_minor for posting in postings),
        total_minor=sum(posting.total_minor for posting in postings),
    )


# -- posting -----------------------------------------------------------------------------------
def _post(connection: Connection, posting: Posting, now_ms: int) -> Posted | Refused | Deferred:
    fault = fault_of(posting)
    if fault is not None:
        return fault
    session = session_on(connection)
    before = _posting_row(session, posting.posting_id)
    if before is not None:
        if before.fingerprint == fingerprint(posting):
            return _answer(before)
        return Refused("id_reused", "This posting id stands for another posting.")
    house = house_of(session)
    row = session.get(StayRow, posting.stay_id, with_for_update=True)
    if row is None:
        outcome: Accepted | Refused | Deferred = Refused("guest_not_found", "No such stay.")
    else:
        outcome = decide(_folio(session, row, posting), posting, house.night_audit)
    if isinstance(outcome, Deferred):
        return outcome
    answered = _posting_written(session, posting, outcome, house.business_day, now_ms)
    if isinstance(outcome, Accepted):
        _write_lines(session, posting, outcome, house.business_day, now_ms)
    return _answer(answered)


def _folio(session: Session, row: StayRow, posting: Posting) -> Folio:
    return Folio(
        stay=stay_of(row),
        balance_minor=balance_of(session, row.stay_id),
        used=_allowance_used(session, row.stay_id, posting.business_day),
        original=_original(session, posting.reverses) if posting.reverses else None,
    )


def _original(session: Session, posting_id: str) -> Original | None:
    """A posting with its reversals taken off; None when it is not there or is one itself."""
    row = _posting_row(session, posting_id)
    if row is None or row.outcome != "posted" or row.reverses is not None:
        return None
    ids = [posting_id]
    ids += session.exec(
        select(PostingRow.posting_id).where(
            PostingRow.reverses == posting_id, PostingRow.outcome == "posted"
        )
    ).all()
    net: dict[Part, int] = {}
    for entry in session.exec(select(EntryRow).where(col(EntryRow.source).in_(ids))).all():
        part = Part(cast(PartKind, entry.part_kind), entry.part_group)
        net[part] = net.get(part, 0) + entry.net_minor
    covered: dict[tuple[Part, str, str], int] = {}
    uses = select(AllowanceUseRow).where(col(AllowanceUseRow.posting_id).in_(ids))
    # In the order in which the allowances were used, so that the last is given back first.
    in_order = uses.order_by(col(AllowanceUseRow.posting_id), col(AllowanceUseRow.line_no))
    for use in session.exec(in_order).all():
        part = Part(cast(PartKind, use.part_kind), use.part_group)
        key = (part, use.allowance, use.day)
        covered[key] = covered.get(key, 0) + use.covered_minor
    covers = tuple(Cover(*key, covered_minor=minor) for key, minor in covered.items() if minor)
    return Original(posting_id, row.stay_id, net, covers)


def _posting_written(
    session: Session, posting: Posting, outcome: Accepted | Refused, hotel_day: str, now_ms: int
) -> PostingRow:
    last = session.exec(select(func.max(PostingRow.number))).one()
    accepted = isinstance(outcome, Accepted)
    row = PostingRow(
        number=(last or 0) + 1,
        posting_id=posting.posting_id,
        fingerprint=fingerprint(posting),
        outcome="posted" if accepted else "refused",
        code="" if isinstance(outcome, Accepted) else outcome.code,
        answer_text="" if isinstance(outcome, Accepted) else outcome.text,
        stay_id=posting.stay_id,
        room=clean(posting.room, ID_LENGTH),
        guest=clean(posting.guest_name, NAME_LENGTH),
        check_no=clean(posting.check_no, ID_LENGTH),
        outlet=clean(posting.outlet, ID_LENGTH),
        covers=posting.covers,
        total_minor=posting.total_minor,
        charged_minor=outcome.charged_minor if isinstance(outcome, Accepted) else 0,
        allowance_minor=outcome.allowance_minor if isinstance(outcome, Accepted) else 0,
        currency=clean(posting.currency, ID_LENGTH),
        business_day=clean(posting.business_day, ID_LENGTH),
        hotel_day=hotel_day,
        at_ms=posting.at_ms,
        received_ms=now_ms,
        waiter=clean(posting.waiter, NAME_LENGTH),
        terminal=clean(posting.terminal, ID_LENGTH),
        note=clean(posting.text),
        meal=clean(posting.meal, ID_LENGTH),
        reverses=posting.reverses,
    )
    session.add(row)
    session.flush()
    return row


def _write_lines(
    session: Session, posting: Posting, accepted: Accepted, hotel_day: str, now_ms: int
) -> None:
    note = clean(f"{posting.outlet} {posting.check_no} {posting.text}")
    add_entries(
        session,
        posting.stay_id,
        [
            EntryRow(
                stay_id=posting.stay_id,
                line_no=0,
                source=posting.posting_id,
                kind="charge" if posting.reverses is None else "reversal",
                part_kind=charge.part.kind,
                part_group=charge.part.group,
                net_minor=charge.net_minor,
                amount_minor=charge.amount_minor,
                hotel_day=hotel_day,
                at_ms=now_ms,
                note=note,
            )
            for charge in accepted.charges
        ],
    )
    for line_no, cover in enumerate(accepted.covers, 1):
        session.add(
            AllowanceUseRow(
                posting_id=posting.posting_id,
                line_no=line_no,
                stay_id=posting.stay_id,
                day=cover.day,
                allowance=cover.allowance,
                part_kind=cover.part.kind,
                part_group=cover.part.group,
                covered_minor=cover.covered_minor,
            )
        )
    session.flush()


def _answer(row: PostingRow) -> Posted | Refused:
    """The answer that was given when the posting came first."""
    if row.outcome == "refused":
        return Refused(cast(RefusalCode, row.code), row.answer_text)
    return Posted(
        posting_id=row.posting_id,
        ref=f"F{row.number:06d}",
        charged_minor=row.charged_minor,
        allowance_minor=row.allowance_minor,
        text=row.answer_text,
    )
