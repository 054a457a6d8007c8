"""The units that run the server on a machine of its own: what they say holds (docs/service)."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[1] / "docs" / "service").glob("*.service"))
LOCKED = {
    "User": "vitrylo",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "Restart": "always",
    "LimitCORE": "0",
}
EXPOSURE = 20
"""Of 100, as systemd counts it; a service without any of it has 96."""


def settings(unit: Path) -> dict[str, list[str]]:
    """What a unit says, by name, in its order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith(("#", "[")):
            found.setdefault(name, []).append(value)
    return found


def analyse(*words: str) -> str:
    """What systemd itself thinks."""
    tool = shutil.which("systemd-analyze")
    assert tool, "no systemd-analyze: install Debian's package systemd"
    done = subprocess.run([tool, *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.stem)
def test_a_service_runs_as_its_own_user_and_can_write_nowhere_else(unit: Path) -> None:
    said = settings(unit)
    assert {name: said[name][-1] for name in LOCKED} == LOCKED
    assert said["ExecStart"][0].split()[1:] == [
        unit.stem.removeprefix("vitrylo-"),
        "--data",
        "/var/lib/vitrylo",
    ]
    assert "ReadWritePaths" not in said, "its state directory is enough"


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.stem)
def test_systemd_understands_a_service_and_finds_little_to_reproach(
    unit: Path, tmp_path: Path
) -> None:
    """The program is not installed here, so the checked copy starts another one."""
    copy = tmp_path / unit.name
    text = unit.read_text()
    start = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    documentation = next(line for line in text.splitlines() if line.startswith("Documentation="))
    copy.write_text(text.replace(start, "ExecStart=/bin/true").replace(documentation, ""))
    told = analyse("verify", "--man=no", "--recursive-errors=no", str(copy))
    assert unit.name not in told, told
    analyse("security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(copy))


def test_there_is_a_unit_for_each_process_that_serves() -> None:
    assert [unit.stem for unit in UNITS] == ["vitrylo-office", "vitrylo-server"]
