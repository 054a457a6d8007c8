"""What devices are called, for the journal; filled from the front when the office starts."""

from alembic import op

from sync_server.back_office.migrations.columns import text

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table("till_device", text("dev", key=True), text("name"))
