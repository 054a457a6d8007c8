"""Backups on a second disk: opened by the key in the safe, by nothing else, and only whole."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync_server import sealed
from sync_server.cli import app
from sync_server.sealed import PIECE, PUBLIC, make_key, seal, unseal
from sync_server.store.errors import BackupRefused


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A folder as a backup is, with a file of several pieces."""
    folder = tmp_path / "20261121T180000Z"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"n": 17}')
    (folder / "front.backup").write_bytes(b"Guest 304 " * (PIECE // 4))
    make_key(tmp_path, tmp_path / "safe.key")
    return folder


def copied(backup: Path) -> Path:
    target = backup.parent / f"{backup.name}.sealed"
    seal(backup, target, backup.parent / PUBLIC)
    return target


def test_a_sealed_backup_shows_nothing_and_the_key_in_the_safe_opens_it(
    backup: Path, tmp_path: Path
) -> None:
    file = copied(backup)
    assert b"Guest" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    opened = unseal(file, tmp_path / "open", tmp_path / "safe.key")
    for one in backup.iterdir():
        assert (opened / one.name).read_bytes() == one.read_bytes()


def test_another_key_a_cut_a_swap_or_a_changed_byte_opens_nothing(
    backup: Path, tmp_path: Path
) -> None:
    file = copied(backup)
    whole = file.read_bytes()
    (tmp_path / "other").mkdir()
    make_key(tmp_path / "other", tmp_path / "other.key")
    head, step = 10 + int.from_bytes(whole[8:10], "big"), PIECE + sealed.TAG
    first, second = whole[head : head + step], whole[head + step : head + 2 * step]
    damaged = {
        "cut": whole[: head + step],
        "swap": whole[:head] + second + first + whole[head + 2 * step :],
        "byte": whole[:5_000] + bytes([whole[5_000] ^ 1]) + whole[5_001:],
        "shorter": whole[:-1],
        "empty": b"",
        "head": whole[: head - 5],
        "other": b"VITRYLO0" + whole[8:],
    }
    with pytest.raises(BackupRefused, match="another key"):
        unseal(file, tmp_path / "open", tmp_path / "other.key")
    for name, data in damaged.items():
        file.write_bytes(data)
        with pytest.raises(BackupRefused):
            unseal(file, tmp_path / f"open-{name}", tmp_path / "safe.key")
        assert not (tmp_path / f"open-{name}").exists(), name


def test_a_key_is_never_replaced_and_the_commands_say_what_is_wrong(
    backup: Path, tmp_path: Path
) -> None:
    run = CliRunner().invoke
    refused = run(app, ["backup-key", str(tmp_path), str(tmp_path / "new.key")])
    assert refused.exit_code == 1
    assert "exists already" in refused.output
    file = copied(backup)
    key = tmp_path / "safe.key"
    done = run(app, ["unseal", str(file), str(tmp_path / "open"), "--key", str(key)])
    assert done.exit_code == 0, done.output
    assert "vitrylo restore" in done.output
    missing = run(app, ["unseal", str(file), str(tmp_path / "o2"), "--key", str(tmp_path / "no")])
    assert missing.exit_code == 1
    assert "no key can be read" in missing.output


def test_what_is_no_plain_file_of_the_backup_is_not_unpacked(backup: Path, tmp_path: Path) -> None:
    (backup / "out").symlink_to(tmp_path)
    with pytest.raises(BackupRefused, match="out is no file"):
        unseal(copied(backup), tmp_path / "open", tmp_path / "safe.key")
