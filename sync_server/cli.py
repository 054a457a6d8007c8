"""The command `vitrylo`: arguments and exit codes, nothing else.

Rule: a command imports what does its work inside the function, since a terminal has neither
SQLModel nor the back office installed and `vitrylo --help` must be quick everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from datetime import date

    from sync_server.config import ServerSettings

T = TypeVar("T")
DATA = Path("var")
WORDS_OF_ITS_OWN = {"allow_extra_args": True, "ignore_unknown_options": True}
"""A window reads its options itself, --help too."""

app = typer.Typer(
    name="vitrylo",
    help="Vitrylo: restaurant point of sale with a kitchen display.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _root() -> None:
    """Vitrylo: restaurant point of sale with a kitchen display."""


@app.command()
def doctor(
    data: Annotated[Path, typer.Option(help="Folder of the databases.", file_okay=False)] = DATA,
    port: Annotated[
        list[int] | None, typer.Option(help="Port the server shall listen on; may be repeated.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address the server shall listen at.")] = "127.0.0.1",
    printer: Annotated[
        list[str] | None, typer.Option(help="Printer as host or host:port; may be repeated.")
    ] = None,
) -> None:
    """Say what is wrong with this machine, one line each, with the remedy.

    Exit code 1 when something fails, 0 when there are at most warnings.
    """
    from sync_server.doctor import Level, examine

    colours = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}
    failed = False
    for finding in examine(data=data, ports=port or (), host=host, printers=printer or ()):
        mark = typer.style(f"{finding.level:<4}", fg=colours[finding.level])
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        typer.echo(f"{mark}  {finding.subject}: {finding.seen}{remedy}")
        failed = failed or finding.level is Level.FAIL
    if failed:
        raise typer.Exit(1)


@app.command()
def server(
    data: Annotated[Path, typer.Option(help="Folder of the databases.", file_okay=False)] = DATA,
    host: Annotated[str | None, typer.Option(help="Address to listen at.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of terminals; 0: any free one.")] = None,
    venue: Annotated[
        Path | None,
        typer.Option(
            help="Folder of venue files to fill an empty house with.", exists=True, file_okay=False
        ),
    ] = None,
    day: Annotated[str, typer.Option(help="Business day YYYY-MM-DD; empty: today.")] = "",
    printer: Annotated[
        list[str] | None, typer.Option(help="ID=HOST:PORT of a printer; may be repeated.")
    ] = None,
    card_terminal: Annotated[
        list[str] | None,
        typer.Option(
            help="DRAWER=HOST:PORT of a card terminal, HOST:PORT/qr if it shows codes that guests "
            "pay; may be repeated."
        ),
    ] = None,
    invite: Annotated[
        list[str] | None, typer.Option(help="pos:NAME or kds:NAME of a device to let in.")
    ] = None,
) -> None:
    """Run the venue's server until it is told to stop."""
    from sync_server.config import SHOWS_CODES
    from sync_server.server import Invite, run

    _log_to_stderr()
    addresses = {
        "printers": _pairs(printer or []),
        "card_terminals": _pairs(card_terminal or [], SHOWS_CODES),
    }
    given = _settings(data, host=host, port=port, **addresses)
    business_day = _day(day)
    try:
        invites = [Invite.parse(text) for text in invite or []]
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from None
    _or_say(lambda: run(given, venue, business_day, invites))


@app.command()
def office(
    data: Annotated[Path, typer.Option(help="Folder of the databases.", file_okay=False)] = DATA,
    host: Annotated[str | None, typer.Option(help="Address to listen at.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the pages; 0: any free one.")] = None,
    venue: Annotated[
        Path | None,
        typer.Option(
            help="Folder of venue files to fill empty books with.", exists=True, file_okay=False
        ),
    ] = None,
    day: Annotated[str, typer.Option(help="Business day YYYY-MM-DD; empty: today.")] = "",
) -> None:
    """Run the back office in the browser: stock, cost, reports."""
    import asyncio

    from sync_server.clocks import today, wall_ms
    from sync_server.demo.venue import load_venue
    from sync_server.office_process import fill_books, run

    _log_to_stderr()
    given = _settings(data, office_host=host, office_port=port)
    zone, business_day = "Europe/Kyiv", _day(day) or today()
    if venue is not None:
        loaded = _or_say(lambda: load_venue(venue))
        zone = loaded.settings.zone
        _or_say(lambda: asyncio.run(fill_books(given, loaded, business_day, wall_ms())))
    _or_say(lambda: run(given, zone))


@app.command()
def demo(
    data: Annotated[Path, typer.Option(help="Folder of the demo house.", file_okay=False)] = Path(
        "var/demo"
    ),
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the house, start anew.")] = False,
    evening: Annotated[
        bool, typer.Option("--evening", help="Play a whole evening with guests and staff.")
    ] = False,
    speed: Annotated[
        float, typer.Option(min=0.1, help="Minutes of the evening in a real minute.")
    ] = 20,
    windows: Annotated[str, typer.Option(help="Windows to open, of pos and kds.")] = "pos,kds",
    no_windows: Annotated[bool, typer.Option("--no-windows", help="Open none.")] = False,
    minutes: Annotated[
        float, typer.Option(min=0, help="Stop after so many real minutes; 0: at Ctrl-C.")
    ] = 0,
    hotel: Annotated[
        str, typer.Option(help="Property system: embedded, or behind a link: fias, cloudbeds.")
    ] = "embedded",
) -> None:
    """Open a whole seeded restaurant on this machine, until Ctrl-C."""
    from sync_server.demo.play import Demo, NotADemo, play
    from sync_server.demo.property_system import DEMO_SITES
    from sync_server.demo.stage import StageFailed

    _log_to_stderr()
    wanted = frozenset(windows.split(",") if windows and not no_windows else ())
    if unknown := wanted - {"pos", "kds"}:
        raise typer.BadParameter(f"windows: {', '.join(sorted(unknown))} is neither pos nor kds")
    if hotel not in ("embedded", *DEMO_SITES):
        raise typer.BadParameter(f"hotel: {hotel} is none of embedded, {', '.join(DEMO_SITES)}")
    try:
        play(Demo(data, fresh, evening, speed, wanted, minutes, hotel), typer.echo)
    except (StageFailed, NotADemo) as fault:
        typer.secho(str(fault), fg="red", err=True)
        raise typer.Exit(1) from None


@app.command()
def backup(
    data: Annotated[Path, typer.Argument(help="Folder of the databases.")],
    target: Annotated[Path, typer.Argument(help="New folder for the backup.")],
    keys: Annotated[
        Path | None, typer.Option(help="Also copy the secret keys, to a folder kept apart.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say it for programs.")] = False,
) -> None:
    """Copy all databases while the server works, and try the copy by restoring it."""
    import msgspec

    from sync_server.clocks import wall_ms
    from sync_server.recovery import take

    made = _or_say(lambda: take(_settings(data), target, wall_ms(), keys))
    if as_json:
        typer.echo(msgspec.json.encode(made).decode())
        return
    for context, kept in made.files.items():
        typer.echo(f"{context:<6} {kept.size_bytes:>12,} bytes  sha256 {kept.sha256[:16]}")
    typer.echo(f"restored on trial: {made.n:,} events chained to {made.hash[:16]}")
    typer.echo(f"replayed from zero: state {made.digest[:16]}, as saved along the way")
    typer.echo(f"ledger: {made.entries:,} entries, each event sums to zero")
    if keys is None:
        typer.echo(
            "The keys are not in it (pepper.key, journal.key, site.key): --keys copies them."
        )


@app.command("backup-key")
def backup_key(
    data: Annotated[Path, typer.Argument(help="Folder of the databases.")],
    private: Annotated[Path, typer.Argument(help="New file; carry it away from this machine.")],
) -> None:
    """Make the pair of keys with which backups are sealed for a second disk."""
    from sync_server.sealed import make_key

    _or_say(lambda: make_key(data, private))
    typer.echo(
        f"{private} opens what is sealed from now on. Keep it in a safe, not on this machine."
    )


@app.command()
def unseal(
    file: Annotated[Path, typer.Argument(help="Sealed copy of a backup.")],
    target: Annotated[Path, typer.Argument(help="New folder for it.")],
    key: Annotated[Path, typer.Option(help="File that `backup-key` made.")],
) -> None:
    """Open a sealed backup, so that it can be restored."""
    from sync_server.sealed import unseal as opened

    folder = _or_say(lambda: opened(file, target, key))
    typer.echo(f"opened; now: vitrylo restore {folder} DATA")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="Folder of the backup.")],
    data: Annotated[Path, typer.Argument(help="Folder of the databases.")],
    only: Annotated[
        list[str] | None, typer.Option(help="front, hotel or back only; may be repeated.")
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="Also put these keys back.")] = None,
) -> None:
    """Put a backup in place of the databases; the server must be stopped."""
    from sync_server.clocks import wall_ms
    from sync_server.recovery import COPIED_IN_ORDER, journal_key, put_back, read_manifest

    if unknown := set(only or ()) - set(COPIED_IN_ORDER):
        raise typer.BadParameter(f"--only {', '.join(sorted(unknown))}: front, hotel or back")
    contexts = only or COPIED_IN_ORDER
    epoch = _or_say(lambda: put_back(_settings(data), source, wall_ms(), contexts, keys))
    restored = read_manifest(source)
    typer.echo(f"restored up to event {restored.n:,}; the server's epoch is {epoch}")
    if not journal_key(data):
        typer.echo("journal.key is not here: what terminals kept cannot be proved and is not taken")
        typer.echo("over word for word. If you have the keys, restore again with --keys.")
    typer.echo("Start the server and switch on every terminal: they bring what is missing.")


@app.command()
def replay(
    data: Annotated[Path, typer.Argument(help="Folder of the databases.")],
    n: Annotated[int | None, typer.Argument(help="Event to stop at; the newest without.")] = None,
    first: Annotated[int | None, typer.Option("--from", help="List events from here.")] = None,
    last: Annotated[int | None, typer.Option("--to", help="List events up to here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say it for programs.")] = False,
) -> None:
    """Show the venue as it was just after event N, or list what happened."""
    from sync_server import history
    from sync_server.history_view import as_table, as_text
    from sync_server.store.database import Database

    url = _settings(data).database_url("front")
    with _or_say(lambda: Database.open_read_only(url, "front", readers=1)) as front:
        try:
            head = _or_say(lambda: history.head_of(front))
            if first is None and last is None:
                shown = history.picture(front, head if n is None else n)
                as_text(shown, as_json)
            else:
                listed = history.happened(front, first or 1, head if last is None else last)
                as_table(listed, as_json)
        except history.NoSuchEvent as fault:
            typer.secho(str(fault), fg="red", err=True)
            raise typer.Exit(1) from None


@app.command()
def verify(
    data: Annotated[Path, typer.Argument(help="Folder of the databases.")],
    witness: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of a terminal that is switched off; may be repeated."),
    ] = None,
) -> None:
    """Check that the front database holds together; may be run beside the server.

    A terminal keeps what the server once signed: `--witness` compares, and finds a journal that
    was cut or changed.

    Exit code 1 when something is wrong, each with its place.
    """
    from sync_server.history import head_of
    from sync_server.recovery import journal_key
    from sync_server.store.database import Database
    from sync_server.verify import verify as findings_of
    from sync_server.witnesses import NoWitness, witness_of

    try:
        kept = [witness_of(folder) for folder in witness or []]
    except NoWitness as fault:
        typer.secho(str(fault), fg="red", err=True)
        raise typer.Exit(1) from None
    key = journal_key(data)
    url = _settings(data).database_url("front")
    with _or_say(lambda: Database.open_read_only(url, "front", readers=1)) as front:
        findings = _or_say(lambda: findings_of(front, key, kept))
        for finding in findings:
            typer.secho(str(finding), fg="red")
        if findings:
            raise typer.Exit(1)
        typer.echo(f"{head_of(front):,} events: chain, replay, inbox, ledger and effects agree")
        if kept:
            typer.echo(
                f"{len(kept)} terminal(s) bear it out, up to event {max(k.n for k in kept):,}"
            )


@app.command()
def unsent(
    folder: Annotated[Path, typer.Argument(help="Folder of a terminal that is switched off.")],
    target: Annotated[Path, typer.Argument(help="Folder for the file, a stick for instance.")],
) -> None:
    """Write what a terminal never got to the server into a file for the page Devices.

    A terminal that was shut out offers the same on its screen; this is for one that does not start.
    """
    from sync_server.client.handing_over import out_of_folder
    from sync_server.client.opening import StoreInUse
    from sync_server.clocks import wall_ms

    try:
        done = out_of_folder(folder, wall_ms, target)
    except (ValueError, StoreInUse, OSError) as fault:
        typer.secho(str(fault), fg="red", err=True)
        raise typer.Exit(1) from None
    if done is None:
        typer.echo("everything in this folder has reached the server")
        return
    typer.echo(f"{done.waiting} entries in {done.path}: bring them in on the page Devices")


@app.command(context_settings=WORDS_OF_ITS_OWN, add_help_option=False)
def pos(ctx: typer.Context) -> None:
    """Open a terminal; `vitrylo pos --help` shows its options."""
    from pos_app.__main__ import main

    main(ctx.args)


@app.command(context_settings=WORDS_OF_ITS_OWN, add_help_option=False)
def kds(ctx: typer.Context) -> None:
    """Open a kitchen display; `vitrylo kds --help` shows its options."""
    from kds_app.__main__ import main

    main(ctx.args)


def _or_say(work: Callable[[], T]) -> T:
    """What `work` gives; what the store refuses, what is wrong in a venue's files and what the
    machine does not allow is said in words, exit code 1."""
    from sync_server.demo.venue import VenueFaults
    from sync_server.store.errors import StoreError

    try:
        return work()
    except (StoreError, VenueFaults, OSError) as fault:
        typer.secho(str(fault), fg="red", err=True)
        raise typer.Exit(1) from None


def _settings(data: Path, **given: object) -> ServerSettings:
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError

    from sync_server.config import FILE, ServerSettings

    try:
        return ServerSettings(
            data=data,
            **{name: value for name, value in given.items() if value not in (None, {})},  # type: ignore[arg-type]
        )
    except ValidationError as fault:
        words = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in fault.errors())
        raise typer.BadParameter(f"settings: {words}") from None
    except TOMLDecodeError as fault:
        raise typer.BadParameter(f"{data / FILE}: {fault}") from None


def _day(text: str) -> date | None:
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"day: {text} is no day like 2026-11-21") from None


def _pairs(texts: list[str], ending: str = "") -> dict[str, str]:
    """NAME=HOST:PORT of each text; `ending` may stand after the port."""
    pairs = dict(text.partition("=")[::2] for text in texts)
    for name, address in pairs.items():
        if not name or not address.removesuffix(ending).rpartition(":")[2].isdigit():
            raise typer.BadParameter(f"{name}={address} is not ID=HOST:PORT")
    return pairs


def _log_to_stderr() -> None:
    import logging

    logging.basicConfig(level="WARNING", format="%(asctime)s %(levelname)s %(name)s %(message)s")
