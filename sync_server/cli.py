"""The command `vitrylo`: arguments and exit codes, nothing else.

Rule: a command imports what does its work inside the function, since a terminal has neither
SQLModel nor the back office installed and `vitrylo --help` must be quick everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    data: Annotated[Path, typer.Option(help="Folder of the databases.")] = Path("var"),
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
