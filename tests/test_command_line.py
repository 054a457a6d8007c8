"""What `vitrylo` says to a wrong use: in words, with what to mend, never with a traceback."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync_server.cli import app


def said(*words: object) -> tuple[int, str]:
    """The exit code, and what was said, in one line."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize("command", ["server", "office"])
def test_a_wrong_day_folder_or_settings_file_is_named(command: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "vitrylo.toml").write_text('port = "84\n')
    for words, expected in (
        (("--day", "tomorrow"), "tomorrow is no day like 2026-11-21"),
        (("--data", file), "is a file"),
        (("--venue", tmp_path / "none"), "does not exist"),
        (("--data", tmp_path), "Illegal character"),
    ):
        code, output = said(command, "--data", tmp_path / "data", *words)
        assert (code, expected in output) == (2, True), output


def test_a_port_that_is_taken_is_said_with_its_address(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        for command, what in (("server", "terminals cannot be let in"), ("office", "the pages")):
            code, output = said(command, "--data", tmp_path / command, "--port", port)
            assert code == 1
            assert output.startswith(what)
            assert f"at 127.0.0.1:{port}: " in output


def test_faults_of_venue_files_and_a_damaged_database_are_told(tmp_path: Path) -> None:
    code, output = said("office", "--data", tmp_path / "data", "--venue", tmp_path)
    assert code == 1
    assert "venue.toml: the file is missing" in output
    (tmp_path / "front.db").write_text("no database")
    for command in ("verify", "replay"):
        code, output = said(command, tmp_path)
        assert code == 1
        assert output.endswith("file is not a database")


@pytest.mark.parametrize("command", ["server", "office"])
def test_a_house_whose_keys_are_gone_or_half_written_is_told_so_and_gets_no_new_ones(
    command: str, tmp_path: Path
) -> None:
    """It had got another pepper without a word, and nobody could sign in any more."""
    (tmp_path / "front.db").touch()
    code, output = said(command, "--data", tmp_path)
    assert (code, "pepper.key is gone" in output) == (1, True), output
    assert [one.name for one in tmp_path.iterdir()] == ["front.db"]
    (tmp_path / "pepper.key").write_bytes(b"half")
    code, output = said(command, "--data", tmp_path)
    assert (code, "is damaged, it has 4 bytes: put it back" in output) == (1, True), output


def test_windows_show_their_own_options_and_refuse_what_is_no_invitation_or_folder(
    tmp_path: Path,
) -> None:
    for window in ("pos", "kds"):
        code, output = said(window, "--help")
        assert (code, f"usage: vitrylo {window}" in output, "--invite" in output) == (0, True, True)
    file = tmp_path / "file"
    file.touch()
    for words in (("pos", "--folder"), ("kds", "--station", "hot", "--data")):
        for folder, more, expected in (
            (tmp_path / "new", ("--invite", "x"), "This is not an invitation of a Vitrylo server"),
            (file, (), "File exists"),
        ):
            code, output = said(*words, folder, *more)
            assert (code, expected in output) == (1, True), output
