"""Tables pushed together belong to a check and end with it."""

from sync_server.domain import commands as c
from sync_server.domain.floor_plan import label_of, stood_at
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.limits import TABLES_JOINED
from tests.builders import AHouse, a_line, a_menu

K = CheckId("k")


def test_a_check_takes_tables_and_lets_them_go() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("s"))
    house.must(c.JoinTables(K, ("t4", "t4")))
    assert house.check().joined == ("t4",)
    assert label_of(a_menu().tables, ("t3", "t4", "gone")) == "3+4"
    house.must(c.MoveCheck(K, "t4"))
    assert house.check().joined == (), "a table does not stand beside itself"
    house.must(c.JoinTables(K, ("t3",)))
    house.must(c.JoinTables(K, ()))
    assert house.check().joined == ()


def test_tables_that_cannot_be_joined_say_why() -> None:
    house = AHouse()
    house.open()
    assert house.refused(c.JoinTables(K, ())).code == "nothing_to_do"
    assert house.refused(c.JoinTables(K, ("t3",))).code == "no_table"
    assert house.refused(c.JoinTables(K, ("nowhere",))).code == "no_table"
    many = tuple(f"t{n}" for n in range(TABLES_JOINED + 1))
    assert house.refused(c.JoinTables(K, many)).code == "too_many"
    house.must(c.OpenCheck(CheckId("tab"), "T1-900", "tab", "", "Anna"))
    assert house.refused(c.JoinTables(CheckId("tab"), ("t3",))).code == "no_table"


def test_the_kitchen_is_told_all_the_tables_and_where_they_stood() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("s"))
    house.must(c.SendLines(K, (LineId("s"),)))
    tables = a_menu().tables
    house.must(c.JoinTables(K, ("t4",)))
    (ticket,) = house.venue.tickets.values()
    assert label_of(tables, ticket.table_ids) == "3+4"
    assert stood_at(tables, ticket.moved_from) == "3"
    house.add("k", a_line("later", course=2))
    house.must(c.SendLines(K, (LineId("later"),)))
    assert {label_of(tables, x.table_ids) for x in house.venue.tickets.values()} == {"3+4"}
    house.must(c.JoinTables(K, ()))
    assert {x.table_ids for x in house.venue.tickets.values()} == {("t3",)}
    assert {stood_at(tables, x.moved_from) for x in house.venue.tickets.values()} == {"3+4"}
    assert stood_at(tables, "Anna + Ihor") == "Anna + Ihor", "a name is no table"
