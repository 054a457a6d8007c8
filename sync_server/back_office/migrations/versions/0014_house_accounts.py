"""House accounts have a right of their own, where editing them went with the recipes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OPENED = "house_account"
_HELD = {"costing", "approve_stock"}
"""Who keeps books and approves them opened accounts until now, and goes on; a calculator, who only
keeps recipes, has no business with a company's limit."""


def upgrade() -> None:
    """Give it to those whose matter it is."""
    account = sa.table("account", sa.column("login", sa.Text), sa.column("rights", sa.Text))
    connection = op.get_bind()
    for login, rights in connection.execute(sa.select(account.c.login, account.c.rights)).all():
        held = rights.split()
        if set(held) >= _HELD and _OPENED not in held:
            connection.execute(
                account.update()
                .where(account.c.login == login)
                .values(rights=" ".join([*held, _OPENED]))
            )
