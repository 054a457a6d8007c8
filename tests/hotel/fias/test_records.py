"""The byte strings of the field, exactly; and that no bytes whatever break the reading."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from sync_server.hotel.fias.messages import (
    Block,
    Sender,
    SumFault,
    blocks,
    check_number,
    components,
    described,
    guest_of,
    inquiry,
    money_from,
    outcome_of,
    posting_record,
)
from sync_server.hotel.fias.records import (
    FRAME_BYTES_MAX,
    RECORD_MAX,
    Field,
    Framer,
    Garbled,
    Record,
    RecordFault,
    encode,
    record,
    text_of,
)
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.gateway import (
    ByKeyCard,
    ByName,
    ByRoom,
    Deferred,
    Posted,
    Posting,
    Refused,
    RevenueLine,
    TaxPart,
    Unknown,
)
from tests.hotel.postings import posting_of

SITE = FiasSettings(port=1, outlets={"main": 100}, meals={"dinner": 3})
WHEN = ("261121", "193005")
ELI = Sender("POS1", "main", "ELI")
GUEST = Block("2781", "12345", (Field("GN", "Guest, Mr."),))


def read(frame: bytes, encoding: str = "cp1252") -> Record:
    """The one record of a frame."""
    (only,) = Framer(encoding).feed(frame)
    assert isinstance(only, Record), only
    return only


def dinner() -> Posting:
    """Food 52.00, beverage 31.50, discount on food 5.20, tip 6.00: 84.30."""
    lines = (RevenueLine("food", 5_200, -520), RevenueLine("bar", 3_150))
    return posting_of(
        lines=lines, tip_minor=600, total_minor=8_430, check_no="4711", waiter="ELI",
        terminal="POS1", text="12", meal="dinner",
    )  # fmt: skip


def test_the_client_describes_itself_as_the_specification_shows() -> None:
    def stamp(_ms: int) -> tuple[str, str]:
        return "261121", "193001"

    frames = [encode(each, "cp1252") for each in described(SITE, stamp, 0)]
    assert frames == [
        b"\x02LD|DA261121|TI193001|V#1.0|IFPO|RT1|\x03",
        b"\x02LR|RIPR|FLP#WSPMPI$2MXSOIDRNG#GNTADATIPTC#CVSTT#S1S2S3S4S5S6S7S8S9D1D2D3D4D5D6D7D8D9"
        b"T1T2T3T4T5T6T7T8T9TPSCCTX1CO|\x03",
        b"\x02LR|RIPL|FLRNG#GNGFGTGVNPCLBAPMGAGDP#WSSOIDC#DATI|\x03",
        b"\x02LR|RIPA|FLASCTRNG#GNP#WSSOIDC#DATI|\x03",
        b"\x02LR|RINS|FLDATI|\x03",
        b"\x02LR|RINE|FLDATI|\x03",
        b"\x02LA|DA261121|TI193001|\x03",
    ]


def test_an_inquiry_by_room_is_these_bytes() -> None:
    asked = inquiry(ByRoom("2781"), 101, SITE, ELI, WHEN)
    assert encode(asked, "cp1252") == bytes.fromhex(
        "02 50 52 7c 50 23 31 30 31 7c 57 53 50 4f 53 31 7c 50 4d 52 4f 4f 4d 7c 53 4f 31 30 30 7c"
        "49 44 45 4c 49 7c 50 49 32 37 38 31 7c 44 41 32 36 31 31 32 31 7c 54 49 31 39 33 30 30 35"
        "7c 03"
    )


def test_names_and_key_cards_are_asked_in_fields_of_their_own() -> None:
    by_name = inquiry(ByName("Guest, Mr. and Mrs."), 102, SITE, ELI, WHEN, 4)
    assert (by_name.get("PI"), by_name.get("MX")) == ("Guest, Mr.", "4")
    by_card = inquiry(ByKeyCard("4200278100012345"), 103, SITE, ELI, WHEN)
    assert text_of(by_card).startswith("PR|P#103|WSPOS1|PMROOM|")
    assert by_card.get("$2") == "4200278100012345"
    assert by_card.get("PI") == by_card.get("TA") == by_card.get("G#") == ""


def test_two_sharers_of_a_room_are_two_guests() -> None:
    answer = read(
        b"\x02PL|SO100|WSPOS1|IDELI|RN2781|G#12345|GNGuest, Mr.|NPN|RN2781|G#12381|GNSharer, Dr.|"
        b"NPY|P#101|\x03"
    )
    mister, doctor = (guest_of(block, SITE) for block in blocks(answer))
    assert (mister.stay_id, mister.name, mister.no_post) == ("12345", "Guest, Mr.", False)
    assert (doctor.stay_id, doctor.name, doctor.no_post) == ("12381", "Sharer, Dr.", True)
    assert answer.get("P#") == "101"


def test_a_posting_and_its_correction_are_these_bytes() -> None:
    when = ("261121", "193000")
    posted = posting_record(dinner(), GUEST, 104, SITE, when)
    assert encode(posted, "cp1252") == (
        b"\x02PR|P#104|WSPOS1|PMROOM|RN2781|G#12345|GNGuest, Mr.|TA8430|S15200|S23150|D1-520|TP600|"
        b"C#4711|CV2|ST3|T#12|SO100|IDELI|PTC|DA261121|TI193000|\x03"
    )
    back = replace(
        dinner(), lines=(RevenueLine("food", -5_200, 520), RevenueLine("bar", -3_150)),
        tip_minor=-600, total_minor=-8_430, covers=0, text="", reverses="p1",
    )  # fmt: skip
    assert encode(posting_record(back, GUEST, 106, SITE, when), "cp1252") == (
        b"\x02PR|P#106|WSPOS1|PMROOM|RN2781|G#12345|GNGuest, Mr.|TA-8430|S1-5200|S2-3150|D1520|"
        b"TP-600|C#4711|CV0|ST3|SO100|IDELI|PTC|CTVOID 4711|DA261121|TI193000|\x03"
    )


def test_a_simple_posting_to_a_room_reads_and_writes_as_it_was() -> None:
    frame = b"\x02PS|RN2781|PTC|TA1450|SO100|P#7|DA261121|TI193000|\x03"
    assert encode(read(frame), "cp1252") == frame
    simple = FiasSettings(port=1, lookup="feed", posting="PS", posting_type="D")
    told = posting_record(dinner(), GUEST, 7, simple, WHEN)
    assert (told.kind, told.get("G#"), told.get("PT"), told.get("P#")) == ("PS", "12345", "D", "7")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (
            b"\x02PA|ASOK|CTPosting successful. Interface transaction number/s - 7507448|RN2781|"
            b"G#12345|P#104|WSPOS1|DA261121|TI193041|\x03",
            Posted("p1", "7507448", 8_430, 0,
                   "Posting successful. Interface transaction number/s - 7507448"),
        ),
        (b"\x02PA|ASOK|P#7|RN2781|\x03", Posted("p1", "P#7", 8_430, 0, "")),
        (
            b"\x02PA|SO100|WSPOS1|ASNG|CTINVALID ROOM|P#102|\x03",
            Refused("guest_not_found", "INVALID ROOM"),
        ),
        (b"\x02PA|ASNA|CTAUDIT|P#1|\x03", Deferred("night_audit", "AUDIT")),
        (b"\x02PA|ASRY|P#1|\x03", Deferred("retry", "")),
        (b"\x02PA|ASco|P#1|\x03", Refused("over_limit", "")),
        (b"\x02PA|ASZZ|CThm|P#1|\x03", Unknown("the hotel answered ZZ hm")),
        (b"\x02PA|P#1|\x03", Unknown("the hotel answered nothing")),
    ],
)  # fmt: skip
def test_an_answer_means_what_its_status_says_and_an_odd_one_proves_nothing(
    frame: bytes, expected: object
) -> None:
    assert outcome_of(read(frame), dinner()) == expected


def test_components_are_the_total_of_the_printed_examples() -> None:
    rich = posting_of(
        lines=(RevenueLine("food", 8_000, -1_000), RevenueLine("bar", 6_000),
               RevenueLine("other", 4_000)),
        total_minor=17_000,
    )  # fmt: skip
    assert sum(components(rich, SITE).values()) == 17_000
    gross = RevenueLine("food", 12_000, 0, (TaxPart(2_000, 2_000),))
    apart = FiasSettings(port=1, tax="net_and_tax", tax_slots={"2000": 4})
    taxed = posting_of(lines=(gross,), total_minor=12_000)
    told = {name: sum_ for name, sum_ in components(taxed, apart).items() if sum_}
    assert told == {"S1": 10_000, "T4": 2_000}
    with pytest.raises(SumFault):
        posting_record(replace(taxed, total_minor=12_001), GUEST, 1, SITE, WHEN)


ADDED_TAX = FiasSettings(port=1, tax="net_and_tax", tax_slots={"1": 1, "2": 2, "3": 3})


@pytest.mark.parametrize(
    ("lines", "service", "tip", "sums"),
    [
        ((RevenueLine("food", 800, -200, (TaxPart(1, 400),)),), 0, 0, "TA1000|S1800|D1-200|T1400|"),
        (
            (
                RevenueLine("food", 8_000, -1_000, (TaxPart(1, 2_575),)),
                RevenueLine("bar", 6_000, 0, (TaxPart(2, 1_525),)),
                RevenueLine("other", 4_000, 0, (TaxPart(3, 1_050),)),
            ),
            200, 500,
            "TA22850|S18000|S26000|S94000|D1-1000|T12575|T21525|T31050|TP500|SC200|",
        ),
        (
            (
                RevenueLine("food", 4_000, -500, (TaxPart(1, 1_287),)),
                RevenueLine("bar", 3_000, 0, (TaxPart(2, 763),)),
                RevenueLine("other", 2_000, 0, (TaxPart(3, 525),)),
            ),
            0, 0, "TA11075|S14000|S23000|S92000|D1-500|T11287|T2763|T3525|",
        ),
        ((RevenueLine("bar", 2_560_000, -768_000),), 0, 0, "TA1792000|S22560000|D2-768000|"),
    ],
)  # fmt: skip
def test_the_sums_of_the_printed_examples_are_these_fields(
    lines: tuple[RevenueLine, ...], service: int, tip: int, sums: str
) -> None:
    taxes = sum(part.tax_minor for line in lines for part in line.taxes)
    total = sum(line.gross_minor + line.discount_minor for line in lines) + taxes + service + tip
    posting = posting_of(
        lines=lines, service_minor=service, tip_minor=tip, total_minor=total, tax_included=False
    )
    assert sums in text_of(posting_record(posting, GUEST, 1, ADDED_TAX, WHEN))


def test_an_account_of_nobody_in_house_is_a_guest_with_number_nought() -> None:
    answer = read(b"\x02PL|P#9|RN900123|G#0|GNAcme Ltd|\x03")
    (account,) = blocks(answer)
    assert (guest_of(account, SITE).room, guest_of(account, SITE).name) == ("900123", "Acme Ltd")
    told = text_of(posting_record(dinner(), account, 104, SITE, WHEN))
    assert told.startswith("PR|P#104|WSPOS1|PMROOM|RN900123|G#0|GNAcme Ltd|TA8430|")


@pytest.mark.parametrize(
    "frame",
    [
        b"\x02LS|DA261121|TI193000|\x03",
        b"\x02LA|DA261121|TI193002|\x03",
        b"\x02NS|DA261122|TI030400|\x03",
        b"\x02NE|DA261122|TI032500|\x03",
        b"\x02LE|DA261122|TI040000|\x03",
        b"\x02PA|RN2781|ASOK|P#7|DA261121|TI193001|\x03",
        b"\x02PR|P#102|WSPOS1|PMROOM|PIG|MX4|\x03",
        b"\x02PR|P#103|WSPOS1|PMROOM|$24200278100012345|\x03",
        b"\x02GC|RN9327|GSN|G#12345|RO2781|GSY|\x03",
    ],
)
def test_a_record_of_the_field_reads_and_writes_as_it_was(frame: bytes) -> None:
    assert encode(read(frame), "cp1252") == frame


@pytest.mark.parametrize(
    ("text", "where", "minor"),
    [
        ("500.00", "minor", 50_000),
        ("50000", "minor", 50_000),
        ("500", "major", 50_000),
        ("-12.5", "minor", -1_250),
        ("", "minor", None),
        ("12,00", "minor", None),
        ("1" * 16, "minor", None),
    ],
)
def test_money_of_the_hotel_may_have_a_point_and_the_site_says_what_it_means_without(
    text: str, where: str, minor: int | None
) -> None:
    assert money_from(text, FiasSettings.model_validate({"port": 1, "limits_in": where})) == minor


def test_check_numbers_fit_eight_figures_and_differ_by_terminal_and_counter() -> None:
    assert check_number("4711") == 4711
    made = [check_number(f"{code}-{n}") for code in ("T1", "T11", "B1", "K2") for n in range(999)]
    assert len(set(made)) == len(made)
    assert max(made) <= 99_999_999
    assert str(check_number("T3-018")).endswith("0018")


def test_separators_and_control_signs_of_people_never_become_fields() -> None:
    hostile = Block("0101", "7", (Field("GN", "O'Brien|GNOther\x02\x03"),))
    frame = encode(posting_record(dinner(), hostile, 1, SITE, WHEN), "cp1252")
    back = read(frame)
    assert [field.value for field in back.fields if field.name == "GN"] == ["O'Brien GNOther  "]
    with pytest.raises(RecordFault):
        encode(Record("PR", (Field("GN", "a|b"),)), "cp1252")
    with pytest.raises(RecordFault):
        encode(record("PR", ("CT", "x" * RECORD_MAX)), "cp1252")


def test_a_letter_that_the_code_page_lacks_loses_its_accent_and_nothing_else() -> None:
    told = encode(record("PR", ("GN", "Łódź, Żaneta"), ("ID", "Олена")), "cp1252")
    assert read(told).get("GN") == "?ódz, Zaneta"
    assert read(encode(record("PR", ("ID", "Олена")), "cp1251"), "cp1251").get("ID") == "Олена"


@given(st.binary(max_size=400), st.sampled_from(["cp1252", "utf-8", "cp850", "cp1251"]))
def test_no_bytes_break_the_reading(data: bytes, encoding: str) -> None:
    for found in Framer(encoding).feed(data):
        assert isinstance(found, Record | Garbled)
        if isinstance(found, Record):
            outcome_of(found, dinner())
            [guest_of(block, SITE) for block in blocks(found)]


_values = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=30).map(
    lambda text: text.replace("|", "/")
)
_records = st.builds(
    Record,
    st.sampled_from(["PR", "PL", "PA", "GI", "LS"]),
    st.lists(
        st.builds(Field, st.sampled_from(["RN", "G#", "GN", "$2", "A5"]), _values), max_size=8
    ).map(tuple),
)


@given(st.lists(_records, max_size=5), st.data())
def test_however_a_stream_is_torn_the_same_records_come_out(
    sent: list[Record], data: st.DataObject
) -> None:
    wire = b"\r\nnoise".join(encode(each, "cp1252") for each in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=6)))
    framer = Framer("cp1252")
    edges = [0, *cuts, len(wire)]
    pieces = [wire[a:b] for a, b in itertools.pairwise(edges)]
    assert [found for piece in pieces for found in framer.feed(piece)] == sent


def test_a_frame_without_an_end_takes_no_more_memory_than_a_record() -> None:
    framer = Framer("cp1252")
    assert framer.feed(b"\x02" + b"A" * FRAME_BYTES_MAX) == []
    (cut,) = framer.feed(b"A" * FRAME_BYTES_MAX)
    assert isinstance(cut, Garbled)
    assert len(framer.feed(b"\x02PA|ASOK|\x03")) == 1


def test_only_a_charge_above_the_limit_says_that_somebody_set_it_aside() -> None:
    posting = posting_of(1_000)
    plain = posting_record(posting, GUEST, 1, SITE, WHEN)
    beyond = posting_record(replace(posting, over_limit=True), GUEST, 1, SITE, WHEN)
    assert (plain.get("CO"), beyond.get("CO")) == ("", "Y")
