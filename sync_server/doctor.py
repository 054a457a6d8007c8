"""What is wrong with this machine: the checks behind `vitrylo doctor`.

Rule: every check looks at the real thing (the linked SQLite, the font file, a socket) and answers
with one finding that says what was seen and, unless all is well, what to do about it. A check
never raises for something a house can repair. Nothing is changed on the machine.

Runs on terminals too, so it needs neither SQLModel nor Kivy to be installed. Printing and the exit
code are the command line's (`sync_server/cli.py`).
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import platform
import shutil
import socket
import sqlite3
import sys
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sync_server.clocks import wall_ms

HRYVNIA = "\N{HRYVNIA SIGN}"
NO_GLYPH = "\U0010ffff"  # a noncharacter: every font shows its box for it
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
FONT_NAMES = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf")
SQLITE_OLDEST = (3, 37, 0)
PYTHON_OLDEST, PYTHON_NEWEST = (3, 11), (3, 13)
DISK_FAIL_BYTES = 1 * 1024**3
DISK_WARN_BYTES = 5 * 1024**3
A_DAY_MS = 24 * 3_600_000
PRINTER_PORT = 9100
PRINTER_TIMEOUT_S = 2.0
PACKAGES = {
    "core": ("msgspec", "websockets", "cryptography", "argon2-cffi", "babel"),
    "server": ("sqlmodel", "alembic", "nicegui", "python-escpos", "pillow", "pydantic-settings"),
    "terminal": ("kivy", "python-escpos", "pillow"),
}


class Level(StrEnum):
    """How bad a finding is: `fail` means that something will not work or may lose data."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was looked at, what was seen, and the remedy if any."""

    level: Level
    subject: str
    seen: str
    remedy: str = ""

    def __post_init__(self) -> None:
        """A finding that is not `ok` always says what to do."""
        assert self.level is Level.OK or self.remedy, f"{self.subject}: no remedy given"


def _ok(subject: str, seen: str) -> Finding:
    return Finding(Level.OK, subject, seen)


def _warn(subject: str, seen: str, remedy: str) -> Finding:
    return Finding(Level.WARN, subject, seen, remedy)


def _fail(subject: str, seen: str, remedy: str) -> Finding:
    return Finding(Level.FAIL, subject, seen, remedy)


def examine(
    *, data: Path, ports: Sequence[int], host: str, printers: Sequence[str]
) -> Iterator[Finding]:
    """All findings, in the order in which a person would repair them.

    `data` is the folder of the databases, `ports` are those the server is to listen on at `host`,
    `printers` are addresses as `host` or `host:port`.
    """
    yield check_python()
    yield check_assertions(debug=__debug__)
    yield from (check_packages(group) for group in PACKAGES)
    yield check_sqlite(sqlite3.sqlite_version_info)
    yield check_disk(data)
    yield check_parts(data, wall_ms())
    yield check_zones()
    yield from (check_font(name) for name in FONT_NAMES)
    yield check_graphics()
    yield check_screen(os.environ)
    yield from (check_port(host, port) for port in ports)
    yield from (check_printer(address) for address in printers)


def check_python() -> Finding:
    """Kivy has wheels for Python 3.11 to 3.13 only."""
    seen = f"{platform.python_version()} at {sys.executable}"
    if PYTHON_OLDEST <= sys.version_info[:2] <= PYTHON_NEWEST:
        return _ok("Python", seen)
    return _fail("Python", seen, "use Python 3.11, 3.12 or 3.13: PYTHON=python3.11 make setup")


def check_assertions(*, debug: bool) -> Finding:
    """Assertions guard money: a Python that drops them (-O) must not serve."""
    if debug:
        return _ok("Assertions", "on")
    return _fail("Assertions", "off", "start Python without -O and without PYTHONOPTIMIZE")


def check_packages(group: str) -> Finding:
    """Whether the Python packages of one role are installed; a machine may have only one role."""
    missing = [name for name in PACKAGES[group] if not _installed(name)]
    subject = f"Packages ({group})"
    if not missing:
        return _ok(subject, "installed")
    seen = f"missing: {', '.join(missing)}"
    if group == "core":
        return _fail(subject, seen, "run make setup")
    return _warn(subject, seen, f"run make setup if this machine is to be a {group}")


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def check_sqlite(version: tuple[int, ...]) -> Finding:
    """The linked SQLite, and whether it has the WAL-reset fault.

    From 3.7.0 to 3.51.2 (but for the back-ports 3.44.6 and 3.50.7) SQLite can lose committed
    writes when two connections write and checkpoint the same file at one instant. The store allows
    one writing connection a file, which also does every checkpoint; that guard is stated here.
    """
    seen = ".".join(str(part) for part in version)
    if version < SQLITE_OLDEST:
        return _fail("SQLite", seen, "use a Python that links SQLite 3.37 or newer")
    if has_wal_reset_fault(version):
        return _ok(
            "SQLite",
            f"{seen}, has the WAL-reset fault: guarded, since only the server's one writing "
            "connection writes and checkpoints. Never open a live database with another program.",
        )
    return _ok("SQLite", f"{seen}, without the WAL-reset fault")


def has_wal_reset_fault(version: tuple[int, ...]) -> bool:
    """Whether this SQLite can lose writes under two checkpointing connections (3.51.3 cannot)."""
    repaired = version >= (3, 51, 3) or any(
        version[:2] == line[:2] and version >= line for line in ((3, 44, 6), (3, 50, 7))
    )
    return version >= (3, 7, 0) and not repaired


def check_disk(data: Path) -> Finding:
    """Space and the right to write where the databases live (or will live)."""
    subject = "Disk"
    folder = data.resolve()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    seen = f"{free // 1024**2} MiB free at {folder}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return _fail(subject, f"{folder} is not writable", f"give this user {folder}")
    if free < DISK_FAIL_BYTES:
        return _fail(subject, seen, "free at least 1 GiB: a full disk stops the till")
    if free < DISK_WARN_BYTES:
        return _warn(subject, seen, "free 5 GiB or move the data folder to a larger disk")
    return _ok(subject, seen)


def check_parts(data: Path, now_ms: int) -> Finding:
    """Whether a part of the server that works with `data` died within a day of `now_ms`."""
    subject = "Parts of the server"
    try:
        from sync_server.parts import ended_in  # needs a package of the core
    except ImportError:
        return _warn(subject, "not looked at without msgspec", "run make setup")
    lately = [one for one in ended_in(data) if 0 <= now_ms - one.at_ms < A_DAY_MS]
    if not lately:
        return _ok(subject, "none has ended by an error within a day")
    last = lately[-1]
    when = datetime.fromtimestamp(last.at_ms // 1000).astimezone().isoformat(" ", "minutes")
    names = ", ".join(sorted({one.part for one in lately}))
    seen = f"ended by an error, {len(lately)} times within a day: {names}; last at {when}: "
    return _warn(
        subject,
        seen + last.words,
        "restart the server if terminals still show it; its log says where it happened",
    )


def check_zones() -> Finding:
    """The venue's clock needs the table of time zones."""
    try:
        zoneinfo.ZoneInfo("Europe/Kyiv")
    except zoneinfo.ZoneInfoNotFoundError:
        return _fail("Time zones", "Europe/Kyiv is unknown", "apt-get install tzdata")
    return _ok("Time zones", "known")


def check_font(name: str) -> Finding:
    """Whether the text font is there and draws the hryvnia sign (Kivy's own font does not)."""
    subject = f"Font {name}"
    remedy = "apt-get install fonts-noto-core"
    found = next((path for top in FONT_FOLDERS for path in sorted(top.rglob(name))), None)
    if found is None:
        return _fail(subject, "not found", remedy)
    try:
        has_sign = draws(found, HRYVNIA)
    except ImportError:
        return _warn(subject, f"{found}; glyphs not checked without pillow", "run make setup")
    except OSError as error:
        return _fail(subject, f"{found} cannot be read: {error}", remedy)
    if not has_sign:
        return _fail(subject, f"{found} has no {HRYVNIA}", remedy)
    return _ok(subject, f"{found} draws {HRYVNIA}")


def draws(font_file: Path, character: str) -> bool:
    """Whether the font has a glyph of its own for `character`, not its box for missing ones."""
    from PIL import ImageFont  # absent on a server without printers and screens

    font = ImageFont.truetype(str(font_file), 32)
    box, glyph = font.getmask(NO_GLYPH), font.getmask(character)
    return (box.size, bytes(box)) != (glyph.size, bytes(glyph))


def check_graphics() -> Finding:
    """The libraries that a Kivy window loads at start."""
    missing = [name for name in ("libGL.so.1", "libEGL.so.1") if not _loads(name)]
    if missing:
        remedy = "apt-get install libgl1 libegl1 if this machine is to be a terminal"
        return _warn("Graphics", f"missing: {', '.join(missing)}", remedy)
    return _ok("Graphics", "GL and EGL load")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def check_screen(environment: os._Environ[str] | dict[str, str]) -> Finding:
    """Whether a window has somewhere to appear: a display, or Xvfb to make one."""
    display = environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY")
    if display:
        return _ok("Screen", f"display {display}")
    if shutil.which("Xvfb"):
        return _ok("Screen", "no display; Xvfb can make one for tests and pictures")
    return _warn("Screen", "no display and no Xvfb", "log in to a desktop, or apt-get install xvfb")


def check_port(host: str, port: int) -> Finding:
    """Whether the server could listen on `port`; a server that already runs here holds it."""
    subject = f"Port {port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            remedy = "stop what holds it (ss -ltnp shows it) or choose another port"
            return _fail(subject, f"not free at {host}: {error}", remedy)
    return _ok(subject, f"free at {host}")


def check_printer(address: str) -> Finding:
    """Whether something accepts a connection at the printer's address. Nothing is printed."""
    subject = f"Printer {address}"
    host, colon, digits = address.rpartition(":")
    if not colon:
        host, digits = address, str(PRINTER_PORT)
    if not host or not digits.isdecimal() or not 0 < int(digits) < 65536:
        return _fail(subject, "not an address", "write it as host or host:port, as 10.0.0.5:9100")
    try:
        with socket.create_connection((host, int(digits)), timeout=PRINTER_TIMEOUT_S):
            return _ok(subject, "answers")
    except OSError as error:
        remedy = "see that it is switched on, has paper and is on this network; print its self-test"
        return _fail(subject, f"does not answer: {error}", remedy)
