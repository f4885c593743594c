"""``python -m mediamill.tenants.bootstrap``: make sure that a first tenant and the keys of the environment exist.

Reads MEDIAMILL_BOOTSTRAP_KEY and MEDIAMILL_BOOTSTRAP_OPERATOR_KEY; harmless to run again.
"""

from __future__ import annotations

import json
import os
import sys
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from mediamill.db.session import database
from mediamill.ids import uuid7
from mediamill.tenants.keys import Scope, known_key
from mediamill.tenants.model import ApiKey, Tenant

FIRST_TENANT = "local"


def ensure_first_tenant(connection: Connection, key: str, operator_key: str) -> UUID:
    """Give the first tenant's id, having made what was missing of it and of its two keys."""
    connection.execute(
        insert(Tenant)
        .values(id=uuid7(), name=FIRST_TENANT, plan="paid", own=["weight"])  # nobody who comes is behind it
        .on_conflict_do_nothing(index_elements=["name"])
    )
    tenant_id = connection.execute(select(Tenant.id).where(Tenant.name == FIRST_TENANT)).scalar_one()
    for name, secret, scopes in (
        ("first", key, [Scope.JOBS]),
        ("operator", operator_key, [Scope.JOBS, Scope.OPERATOR]),
    ):
        made = known_key(secret)
        connection.execute(
            insert(ApiKey)
            .values(id=uuid7(), tenant_id=tenant_id, name=name, prefix=made.prefix, digest=made.digest, scopes=scopes)
            .on_conflict_do_nothing(index_elements=["digest"])
        )
    return tenant_id


def main() -> int:
    """Bootstrap from the environment and print what there is."""
    key, operator_key = os.environ["MEDIAMILL_BOOTSTRAP_KEY"], os.environ["MEDIAMILL_BOOTSTRAP_OPERATOR_KEY"]
    with database().unit_of_work() as connection:
        tenant_id = ensure_first_tenant(connection, key, operator_key)
    sys.stdout.write(json.dumps({"tenant_id": str(tenant_id), "key": key, "operator_key": operator_key}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
