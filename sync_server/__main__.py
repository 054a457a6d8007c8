"""`python -m sync_server …` is the command `vitrylo …`."""

from sync_server.cli import app

app(prog_name="vitrylo")
