"""What a device had tapped last when its person signed out: until there the session counts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; 0 is said by nobody, and then the clock decides."""
    for name in ("dep", "last_seq"):
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
        op.add_column("session", column)
