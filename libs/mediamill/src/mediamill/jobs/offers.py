"""Who may serve a kind in this installation, and in what order."""

from __future__ import annotations

from uuid import UUID

from mediamill.errors import SwitchedOff
from mediamill.jobs.turns import Candidate
from mediamill.providers.credentials import configured
from mediamill.providers.orders import Orders
from mediamill.queues.manifest import LOCAL
from mediamill.queues.registry import Kind
from mediamill.settings import settings


def standard_order(kind: Kind) -> tuple[str, ...]:
    """Give the order of a kind where no operator has set one: the settings', else its first provider alone."""
    return settings().chains.get(kind.name) or kind.manifest.providers[:1]


def can_serve(kind: Kind, provider: str) -> bool:
    """Tell whether a provider is of the kind, has its key here, and still has a model that has not met its sunset."""
    return provider in kind.manifest.providers and configured(provider) and not kind.has_ended(provider)


def candidate(kind: Kind, provider: str) -> Candidate:
    """Name the model by which a provider's failures are counted; what is done here rests for nobody's sake."""
    if provider == LOCAL:
        return Candidate(provider, None)
    model = kind.model(provider)
    return Candidate(provider, model.model if model is not None else kind.name)


def order_of(kind: Kind, tenant_id: UUID | None, orders: Orders) -> tuple[str, ...]:
    """Give who serves a kind for a tenant, first to last, as far as operators and this process know."""
    wanted = orders.of(kind.name, tenant_id, standard_order(kind))
    return tuple(name for name in wanted if name not in orders.off and can_serve(kind, name))


def head_of(kind: Kind, tenant_id: UUID | None, orders: Orders) -> str:
    """Give who is expected to serve: the first who can, else the first who was meant to."""
    if len(kind.manifest.providers) == 1:
        return kind.manifest.providers[0]
    can = order_of(kind, tenant_id, orders)
    return can[0] if can else orders.of(kind.name, tenant_id, standard_order(kind))[0]


def check_anybody_is_on(kind: Kind, tenant_id: UUID | None, named: str | None, orders: Orders) -> None:
    """Raise ``SwitchedOff``, with the operators' reasons, where a job would wait for nobody.

    Somebody without a key, or at rest, is no matter of this: that is for the job's own turns.
    """
    if not orders.off:
        return
    wanted = (named,) if named is not None else kind.manifest.providers
    if named is None and len(wanted) > 1:
        wanted = orders.of(kind.name, tenant_id, standard_order(kind))
    able = [name for name in wanted if can_serve(kind, name)]
    if able and all(name in orders.off for name in able):
        told = ", ".join(f"{name} ({orders.off[name] or 'no reason given'})" for name in able)
        raise SwitchedOff(f"{kind.name}: {told}.")
