"""Tenants on the command line: each is named by its id or by its name."""

from __future__ import annotations

from mill.api.client import Api
from mill.errors import WrongUse


def tenant_id(api: Api, tenant: str) -> str:
    """Find a tenant by its id or by its name. Raises ``WrongUse``."""
    for row in api.page("/v1/tenants", 1000):
        if tenant in (row["id"], row["name"]):
            return str(row["id"])
    raise WrongUse(f"There is no tenant {tenant!r}.")
