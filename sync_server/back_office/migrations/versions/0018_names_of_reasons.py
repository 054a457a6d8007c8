"""What the house calls its reasons, for reports; filled from the menu when the office starts."""

from alembic import op

from sync_server.back_office.migrations.columns import text

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    names = (text(f"name_{language}") for language in ("en", "uk", "pl"))
    op.create_table("till_reason", text("reason_id", key=True), *names)
