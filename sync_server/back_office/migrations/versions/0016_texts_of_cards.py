"""How a card is made, in each language; the text of before stays as it is, in the house's own."""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import added

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    for language in ("en", "uk", "pl"):
        op.add_column("card_text", added(f"technology_{language}", sa.Text(), ""))
