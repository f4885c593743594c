"""Operators' orders and switches: who serves a kind, for whom, and who may not serve at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Select, TextClause, delete, func, select, text
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.dml import ReturningDelete

from mediamill.providers.model import ChainRow, SwitchRow


class Orders(NamedTuple):
    """What operators have set, as of a moment."""

    chains: Mapping[tuple[str, UUID | None], tuple[str, ...]] = {}
    """By kind and tenant; ``None`` stands for all tenants that have none of their own."""
    off: Mapping[str, str] = {}
    """The providers that are switched off, and why."""

    def of(self, kind: str, tenant_id: UUID | None, standard: Sequence[str]) -> tuple[str, ...]:
        """Give the order of a kind for a tenant: its own, else everybody's, else the standard one."""
        own = self.chains.get((kind, tenant_id))
        return own or self.chains.get((kind, None)) or tuple(standard)


_ORDERS = text("""
SELECT coalesce((
        SELECT jsonb_agg(jsonb_build_array(kind, tenant_id, providers)) FROM chains
    ), '[]') AS chains, coalesce((
        SELECT jsonb_object_agg(provider, reason) FROM switches WHERE NOT enabled
    ), '{}') AS off
""")


def orders() -> TextClause:
    """Give everything that operators have set, in one row, which ``read`` reads."""
    return _ORDERS


def read(row: Any) -> Orders:
    """Read it."""
    by_whom = {
        (kind, UUID(tenant_id) if tenant_id is not None else None): tuple(providers)
        for kind, tenant_id, providers in row.chains
    }
    return Orders(by_whom, row.off)


def read_orders(connection: Connection) -> Orders:
    """Ask for what operators have set."""
    return read(connection.execute(_ORDERS).one())


def set_chain(kind: str, tenant_id: UUID | None, providers: Sequence[str]) -> Insert:
    """Set the order of a kind, for a tenant or for all."""
    made = insert(ChainRow).values(kind=kind, tenant_id=tenant_id, providers=list(providers))
    return made.on_conflict_do_update(
        index_elements=["kind", "tenant_id"], set_={"providers": made.excluded.providers, "set_at": func.now()}
    )


def unset_chain(kind: str, tenant_id: UUID | None) -> ReturningDelete[UUID]:
    """Forget an order that was set. No row back: there was none."""
    return delete(ChainRow).where(ChainRow.kind == kind, ChainRow.tenant_id == tenant_id).returning(ChainRow.id)


def set_chains() -> Select[Any]:
    """List the orders that operators have set."""
    return select(ChainRow.__table__).order_by(ChainRow.kind, ChainRow.tenant_id.nulls_first())


def switch(provider: str, reason: str, *, enabled: bool) -> Insert:
    """Switch a provider on or off; from the next turn of any chain on that holds."""
    made = insert(SwitchRow).values(provider=provider, enabled=enabled, reason=reason)
    return made.on_conflict_do_update(
        index_elements=["provider"],
        set_={"enabled": made.excluded.enabled, "reason": made.excluded.reason, "set_at": func.now()},
    )


def switches() -> Select[Any]:
    """List the providers that operators have switched, and how."""
    return select(SwitchRow.__table__).order_by(SwitchRow.provider)
