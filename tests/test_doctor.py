"""`vitrylo doctor`: what it sees, what it advises, and with which exit code it ends."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync_server import doctor
from sync_server.cli import app
from sync_server.doctor import Level


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_the_wal_reset_fault_is_known_by_version(version: tuple[int, ...], faulty: bool) -> None:
    assert doctor.has_wal_reset_fault(version) is faulty


def test_a_guarded_sqlite_is_said_to_be_guarded() -> None:
    finding = doctor.check_sqlite((3, 40, 1))
    assert finding.level is Level.OK
    assert "guarded" in finding.seen


def test_a_python_without_assertions_is_refused() -> None:
    assert doctor.check_assertions(debug=False).level is Level.FAIL


def test_the_text_font_draws_the_hryvnia_sign_and_the_icon_font_does_not() -> None:
    assert doctor.check_font("NotoSans-Regular.ttf").level is Level.OK
    icons = Path(__file__).parent.parent / "glass" / "assets" / "icons.ttf"
    assert not doctor.draws(icons, doctor.HRYVNIA)


def test_a_missing_font_names_the_package_to_install() -> None:
    finding = doctor.check_font("NoSuchFont-Regular.ttf")
    assert finding.level is Level.FAIL
    assert "fonts-noto-core" in finding.remedy


def test_a_held_port_fails_and_a_free_one_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
        assert doctor.check_port("127.0.0.1", port).level is Level.FAIL
    assert doctor.check_port("127.0.0.1", port).level is Level.OK


def test_a_listening_printer_answers_and_a_dead_one_gets_a_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        assert doctor.check_printer(address).level is Level.OK
    dead = doctor.check_printer(address)
    assert dead.level is Level.FAIL
    assert "switched on" in dead.remedy


@pytest.mark.parametrize("address", ["", ":9100", "10.0.0.5:", "10.0.0.5:paper", "10.0.0.5:70000"])
def test_a_mistyped_printer_address_is_told_apart_from_a_dead_printer(address: str) -> None:
    assert doctor.check_printer(address).seen == "not an address"


def test_the_exit_code_tells_whether_something_failed(tmp_path: Path) -> None:
    healthy = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path)])
    assert healthy.exit_code == 0, healthy.output
    assert "SQLite" in healthy.output
    broken = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path), "--printer", "?:?"])
    assert broken.exit_code == 1
    assert "fail  Printer ?:?: not an address -> write it as" in broken.output


def test_a_data_folder_that_does_not_exist_yet_is_judged_by_its_parent(tmp_path: Path) -> None:
    finding = doctor.check_disk(tmp_path / "venue" / "data")
    assert str(tmp_path) in finding.seen
