"""A device that was shut out: cut off at once, and what it had kept taken over by a person (S-4).

A real store of a terminal with its own key, the real front office on a file, the back office's
books beside it; only the sockets between them are left out (`tests/sync` has those).
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from typer.testing import CliRunner

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.device_offers import decide, keep_file, offer_revoke
from sync_server.back_office.device_tables import UnsentFile
from sync_server.back_office.papers import Actor
from sync_server.back_office.web.words import LANGUAGES
from sync_server.cli import app
from sync_server.client.handing_over import write_file
from sync_server.client.identity import DeviceIdentity, new_key, save
from sync_server.client.outbox import Outbox
from sync_server.client.records import Draft, StoredCommand
from sync_server.config import ServerSettings
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId, PaymentId
from sync_server.domain.limits import UNSENT_BYTES
from sync_server.editions import BackEditions, take_offers
from sync_server.front_office.access import OFFLINE
from sync_server.protocol.envelope import read_command
from sync_server.protocol.replica import CODEC
from sync_server.protocol.unsent import text_to_sign, write_unsent
from sync_server.store.database import Database, session_on
from sync_server.transport.authority import EnrolRequest
from sync_server.unsent_review import FrontDevices
from sync_server.verify import verify
from tests.builders import DAY, a_line
from tests.front_office.house import SH, House

SENT, KEPT = CheckId("sent"), CheckId("kept")


class Lost:
    """A terminal with its own key and disk; `tap` stores, `sync` pushes to the office."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.folder = house, folder
        self.identity = DeviceIdentity("tablet", new_key())
        self.store = Outbox.open(folder, "tablet", lambda: house.now_ms, ballast_bytes=0)

    async def enrol(self) -> None:
        """Become known, with the real key."""
        code = self.house.desk.open("Bar", "pos")
        known = (code, "tablet", self.identity.public_key, "Bar", "pos", "::1")
        enrolment = await self.house.office.enrol(EnrolRequest(*known))
        self.identity = self.identity.with_site(enrolment.dev_code, "site", "", "")
        save(self.folder, self.identity)
        for staff_id in ("olena", "nadia"):
            session = self.house.new_id()
            access, now_ms = self.house.office.access, self.house.now_ms
            await access.open_session(session, staff_id, "tablet", now_ms)

    def tap(self, *bodies: object, by: str = "olena") -> list[str]:
        """Commands that are on this disk; their ids."""
        ids = []
        for body in bodies:
            name, made = CODEC.type_of(body), self.house.now_ms
            cmd_id = self.house.new_id()
            draft = Draft(
                *(cmd_id, name, CODEC.version(name), CODEC.encode(body), by, OFFLINE, None),
                *(made, 0, "", self.house.office.head_n, DAY),
            )
            assert isinstance(self.store.append(draft), StoredCommand)
            ids.append(cmd_id)
        return ids

    async def sync(self) -> int:
        """Push all; how many were answered. The answers are lost on their way back."""
        waiting = [read_command(one.data) for one in self.store.unanswered()]
        return len((await self.house.office.submit("tablet", waiting, {})).results)

    def file(self) -> bytes:
        """What it hands out."""
        done = write_file(self.store, self.identity, self.house.now_ms, (self.folder,))
        assert done is not None
        return done.path.read_bytes()


class Office:
    """The back office's books, and what the server takes from them."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.books = open_books(file_url(folder / "back.db"))
        self.editions = BackEditions(ServerSettings(data=folder))
        self.front = FrontDevices(file_url(folder / "front.db"))

    async def _put(self, act: object) -> None:
        def write(connection: Connection) -> None:
            with session_on(connection) as session:
                act(session, Actor("halyna", self.house.now_ms, DAY))  # type: ignore[operator]
                session.flush()

        self.house.now_ms += 1_000
        await self.books.write(write)
        await take_offers(self.editions, self.house.office)

    async def revoke(self) -> None:
        """As the page asks for it."""
        (device,) = [one for one in self.front.devices() if one.dev == "tablet"]
        await self._put(lambda session, actor: offer_revoke(session, device, "lost", actor))

    async def take(self, key: str, body: bytes, *wanted: str) -> None:
        """A file is brought and decided about; Nadia stands behind it."""

        def act(session: object, actor: Actor) -> None:
            head = self.front.head(body)
            keep_file(session, key, head, "f.json", "nadia", body, actor)  # type: ignore[arg-type]
            session.flush()  # type: ignore[attr-defined]
            row = session.get(UnsentFile, key)  # type: ignore[attr-defined]
            decide(session, row, " ".join(wanted), actor)  # type: ignore[arg-type]

        await self._put(act)

    def told(self, body: bytes) -> list[tuple[str, str, str, int, str, bool]]:
        """The review in English: what, check, details, sum, outcome, whether it is there."""
        found = self.front.review(body, "nadia", self.house.now_ms, "en")
        return [
            (one.type, one.check, one.detail, one.sum_minor, one.said or one.outcome, one.known)
            for one in found
        ]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(lambda: Database.open(file_url(tmp_path / "front.db"), "front"))
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def lost(house: House, tmp_path: Path) -> AsyncIterator[Lost]:
    """A tablet of which a check reached the server, its answers did not, and more is kept."""
    made = Lost(house, tmp_path / "tablet")
    await made.enrol()
    code = made.identity.code
    made.tap(c.OpenShift(SH, "1", 100_000), by="nadia")
    made.tap(c.OpenCheck(SENT, f"{code}-001", "table", "t3", guests=2))
    assert await made.sync() == 2
    yield made
    made.store.close()


@pytest.fixture
def office(house: House, tmp_path: Path) -> Office:
    return Office(house, tmp_path)


def keep(lost: Lost) -> dict[str, str]:
    """What a waiter entered after the tablet had lost the server, by what it is."""
    code = lost.identity.code
    ids = lost.tap(
        c.OpenCheck(KEPT, f"{code}-002", "table", "t5"),
        c.AddLines(KEPT, (a_line("x1", qty_milli=2_000),)),
        c.SendLines(KEPT, (LineId("x1"),)),
        c.TakePayment(KEPT, PaymentId("p1"), SH, "cash", 37_000, 40_000),
        c.SetGuests(SENT, 5),
        c.AddLines(CheckId("nowhere"), (a_line("x2"),)),
    )
    return dict(zip(("open", "add", "send", "pay", "guests", "nowhere"), ids, strict=True))


async def test_a_device_that_is_shut_out_is_not_heard_from_that_moment_on(
    house: House, lost: Lost, office: Office
) -> None:
    await office.revoke()
    keep(lost)
    assert house.office.device("tablet").revoked  # type: ignore[union-attr]
    head = house.office.head_n
    assert await lost.sync() == 0, "what was under way is not taken either"
    assert house.office.head_n == head
    again = EnrolRequest(
        *(house.desk.open("Bar", "pos"), "tablet", lost.identity.public_key, "Bar", "pos", "::1")
    )
    assert (await house.office.enrol(again)).problem == "bad_code"
    await house.restart()
    assert house.office.device("tablet").revoked  # type: ignore[union-attr]
    last = house.rows("SELECT type FROM journal ORDER BY n DESC LIMIT 1")
    assert last[0][0] == "DeviceRevoked"
    await office.revoke()
    assert house.office.head_n == head, "asked for once more, done once"


async def test_what_it_had_kept_is_told_in_words_and_taken_over_once(
    house: House, lost: Lost, office: Office
) -> None:
    ids = keep(lost)
    await office.revoke()
    body, code = lost.file(), lost.identity.code
    assert office.told(body) == [
        ("OpenShift", "", "", 100_000, "accepted", True),
        ("OpenCheck", f"{code}-001", "3", 0, "accepted", True),
        ("OpenCheck", f"{code}-002", "5", 0, "accepted", False),
        ("AddLines", f"{code}-002", "2 × borscht", 37_000, "accepted", False),
        ("SendLines", f"{code}-002", "", 0, "accepted", False),
        ("TakePayment", f"{code}-002", "Cash", 37_000, "accepted", False),
        ("SetGuests", f"{code}-001", "", 0, "accepted", False),
        ("AddLines", "", "1 × borscht", 0, "There is no such check", False),
    ]
    assert KEPT not in house.office.venue.checks, "looking changes nothing"
    assert office.front.review(body, "nadia", house.now_ms, "uk")[-1].said != "refused"

    await office.take("f1", body, *(ids[key] for key in ids if key != "guests"))
    paid = house.office.venue.check(KEPT)
    assert paid is not None
    assert (paid.owner, paid.payments[0].by) == ("olena", "olena"), "in her own name"
    assert house.office.venue.checks[SENT].guests == 2, "what was left out changed nothing"
    (record,) = house.rows("SELECT data FROM journal WHERE type = 'UnsentReviewed'")
    said = json.loads(bytes(record[0]))["body"]
    assert (said["by"], said["login"], said["code"]) == ("nadia", "halyna", code)
    assert said["taken"] == [ids[key] for key in ("open", "add", "send", "pay")]
    assert (said["refused"], said["left_out"]) == ([ids["nowhere"]], [ids["guests"]])
    assert [one[4:] for one in office.told(body)][-2:] == [
        ("Kept by a terminal that was shut out, and not taken over", True),
        ("There is no such check", True),
    ]

    head, state = house.office.head_n, house.digest
    await office.take("f2", body, *ids.values())
    assert (house.office.head_n, house.digest) == (head, state), "nothing twice"
    assert verify(house.database) == []


async def test_who_stands_behind_it_lends_the_right_that_the_waiter_lacks(
    house: House, lost: Lost, office: Office
) -> None:
    drawer, denied = lost.tap(c.OpenDrawer(SH, "change"), c.OpenDrawer(SH, "again"))
    await office.revoke()
    body = lost.file()
    olena = office.front.review(body, "olena", house.now_ms, "en")[-1]
    assert (olena.outcome, olena.who) == ("refused", "Olena"), "a waiter stands behind nobody"
    assert [one[4] for one in office.told(body)[-2:]] == ["accepted", "accepted"]
    await office.take("f1", body, drawer)
    (opened,) = house.rows("SELECT data FROM journal WHERE type = 'DrawerOpened'")
    record = json.loads(bytes(opened[0]))
    assert (record["cmd_id"], record["actor"], record["dev"]) == (drawer, "olena", "tablet")
    assert denied != drawer


@pytest.mark.parametrize("fault", ["no_file", "foreign_file", "changed_file"])
async def test_a_file_that_is_not_genuine_is_refused_in_words_and_nothing_of_it_is_taken(
    house: House, lost: Lost, office: Office, fault: str
) -> None:
    ids = keep(lost)
    await office.revoke()
    body = lost.file()
    forged = {
        "no_file": b"%PDF" + body,
        "foreign_file": body.replace(b'"site":"site"', b'"site":"else"'),
        "changed_file": body.replace(b"40000", b"37000"),
    }[fault]
    assert forged != body
    assert office.front.head(forged).fault == fault
    assert all(f"fault_unsent_{fault}" in words for words in LANGUAGES.values())
    head = house.office.head_n
    await office.take("f1", forged, *ids.values())
    assert house.office.head_n == head


async def test_a_file_of_the_devices_own_key_is_refused_too_if_it_has_a_hole_or_is_too_long(
    lost: Lost, office: Office
) -> None:
    keep(lost)
    await office.revoke()
    commands = [one.data for one in lost.store.unanswered()]
    del commands[3]
    me, now_ms = lost.identity, lost.house.now_ms
    text = text_to_sign(me.site, me.dev, now_ms, commands)
    whose = (me.site, me.dev, me.code, now_ms)
    holed = write_unsent(*whose, commands, me.sign(text).hex())
    assert office.front.head(holed).fault == "changed_file"
    assert office.front.head(lost.file() + b" " * UNSENT_BYTES).fault == "no_file"


async def test_a_device_that_is_let_in_and_a_copy_of_a_tablet_are_not_taken_over(
    house: House, lost: Lost, office: Office
) -> None:
    ids = keep(lost)
    body = lost.file()
    assert office.front.head(body).fault == "not_revoked"
    copy = Lost(house, lost.folder.parent / "copy")
    copy.identity = lost.identity
    await office.revoke()
    for pair in ("ab", "cd"):
        copy.tap(*[c.OpenCheck(CheckId(name), name, "tab") for name in pair])
        assert office.front.head(copy.file()).fault == "fork", "as long as ours, and longer"
    head = house.office.head_n
    await office.take("f1", copy.file(), *ids.values())
    assert house.office.head_n == head
    assert office.front.head(body).fault == ""
    copy.store.close()


async def test_a_folder_of_a_dead_terminal_gives_the_same_file(
    house: House, lost: Lost, office: Office
) -> None:
    ids = keep(lost)
    await office.revoke()
    lost.store.close()
    stick = lost.folder.parent / "stick"
    stick.mkdir()
    told = CliRunner().invoke(app, ["unsent", str(lost.folder), str(stick)])
    assert told.exit_code == 0, told.output
    assert "8 entries" in told.output
    body = (stick / f"vitrylo-unsent-{lost.identity.code}.json").read_bytes()
    await office.take("f1", body, *ids.values())
    assert house.office.venue.check(KEPT) is not None
    assert CliRunner().invoke(app, ["unsent", str(stick), str(stick)]).exit_code == 1
    lost.store = Outbox.open(lost.folder, "tablet", lambda: house.now_ms, ballast_bytes=0)


def test_every_command_that_a_terminal_may_have_kept_has_words() -> None:
    for words in LANGUAGES.values():
        assert {f"command_{name}" for name in c.COMMANDS.keys() - c.SERVER_ONLY} <= words.keys()
