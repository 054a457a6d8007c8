"""Gone is a table for people's own spreadsheets, in which nothing was ever kept."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the empty table away."""
    op.drop_table("report_template")
