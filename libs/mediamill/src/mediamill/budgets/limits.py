"""Setting a budget where there was none: what was spent before counts, to the cent."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from mediamill.budgets.accounts import FREEZE, open_account


def count_spending(connection: Connection, scope: Literal["key", "tenant"], id: UUID) -> None:
    """Open the account of a tenant or key with what the ledger says of this month.

    First in the transaction that sets its budget: until that is committed, nobody writes to the ledger.
    """
    connection.execute(FREEZE)
    connection.execute(open_account(), {"scope": scope, "id": id})
