"""Editions of the menu."""

from alembic import op

from sync_server.back_office.migrations.columns import big, flag, long_text, text, whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "catalogue_edition",
        whole("number", key=True),
        big("at_ms"),
        big("made_ms"),
        text("login"),
        text("note"),
        long_text("changes"),
        flag("withdrawn"),
    )
