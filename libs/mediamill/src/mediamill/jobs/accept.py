"""Acceptance: one committed transaction, after which a job cannot be lost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select, tuple_

from mediamill.assets.model import AssetRow
from mediamill.budgets.reserve import Want, reserve
from mediamill.errors import IdempotencyMismatch, InvalidInput, OutOfBudget
from mediamill.jobs.admission import admit_counted
from mediamill.jobs.draft import Draft, draft, fingerprint
from mediamill.jobs.model import Idempotency, Job
from mediamill.jobs.quota import check_quota
from mediamill.jobs.request import Accepted, JobWebhook, Request
from mediamill.jobs.states import State
from mediamill.settings import settings

__all__ = ["Accepted", "JobWebhook", "Request", "accept", "accept_drafts", "accept_unpaid", "fingerprint", "pay"]


def accept(connection: Connection, requests: Sequence[Request]) -> list[Accepted]:
    """Accept all of the requests or none, each as a job with its first event.

    Raises ``IdempotencyMismatch``, ``OverQuota``, ``OutOfBudget``, or ``InvalidInput`` for an asset that the tenant
    does not have. A request whose key was used before with the same body gives that job again.
    """
    return accept_drafts(connection, [draft(request) for request in requests])


def accept_drafts(connection: Connection, drafts: Sequence[Draft]) -> list[Accepted]:
    """Do the same for drafts, also for one of which nobody knows whether an earlier try accepted it."""
    accepted, unpaid = accept_unpaid(connection, drafts)
    pay(connection, unpaid)
    return accepted


def accept_unpaid(connection: Connection, drafts: Sequence[Draft]) -> tuple[list[Accepted], list[Want]]:
    """Do all but reserve what the jobs will cost, which is given for ``pay``."""
    known = _replayed(connection, drafts)
    fresh = [one for one in drafts if one.job_id not in known]
    unpaid: list[Want] = []
    if fresh:
        _check_assets(connection, fresh)
        monthly = check_quota(connection, fresh)
        _check_price(fresh)
        made = _made(connection, fresh)
        monthly.count(connection, made.now)
        unpaid = _wants(fresh, made.new)
        known |= made.known
    return [known[one.job_id] for one in drafts], unpaid


def pay(connection: Connection, unpaid: Sequence[Want]) -> None:
    """Reserve what jobs will cost, last in the transaction that makes them. Raises ``OutOfBudget``."""
    if unpaid:
        reserve(connection, unpaid)


class _Made(NamedTuple):
    known: dict[UUID, Accepted]
    now: set[UUID]
    """Those that this transaction has made."""
    new: set[UUID]
    """Those of them that may have to pay: who follows does so by policy."""


def _wants(drafts: Sequence[Draft], new: set[UUID]) -> list[Want]:
    return [Want(one.job_id, one.price) for one in drafts if one.price > 0 and one.job_id in new]


def _made(connection: Connection, drafts: Sequence[Draft]) -> _Made:
    """Make the jobs; what is not made lost a race for its key, or was made by an earlier try."""
    rows = connection.execute(*admit_counted(drafts))
    made = {row.id: Accepted(row.id, State(row.state), fresh=True) for row in rows}
    now = set(made)
    paying = {State.QUEUED, State.WAITING} if settings().coalesced_charge == "full" else {State.QUEUED}
    new = {job_id for job_id, accepted in made.items() if accepted.state in paying}
    if late := [one for one in drafts if one.job_id not in made]:
        made |= _replayed(connection, late)
        states = select(Job.id, Job.state).where(Job.id.in_([one.job_id for one in late if one.job_id not in made]))
        made |= {row.id: Accepted(row.id, State(row.state), fresh=True) for row in connection.execute(states)}
    return _Made(made, now, new)


def _replayed(connection: Connection, drafts: Sequence[Draft]) -> dict[UUID, Accepted]:
    """Give what the keys of drafts made before, by the drafts' ids. Raises ``IdempotencyMismatch``."""
    keyed = [one for one in drafts if one.request.idempotency_key is not None]
    if not keyed:
        return {}
    pairs = [(one.request.tenant_id, one.request.idempotency_key) for one in keyed]
    rows = connection.execute(
        select(Idempotency.tenant_id, Idempotency.key, Idempotency.body_hash, Idempotency.job_id).where(
            tuple_(Idempotency.tenant_id, Idempotency.key).in_(pairs)
        )
    )
    used = {(row.tenant_id, row.key): row for row in rows}
    found = {}
    for one, pair in zip(keyed, pairs, strict=True):
        if (row := used.get(pair)) is None:
            continue
        if row.body_hash != one.request.body_hash:
            raise IdempotencyMismatch(f"The key is {one.request.idempotency_key!r}.")
        found[one.job_id] = Accepted(row.job_id, State.QUEUED, fresh=row.job_id == one.job_id)
    return found


def _check_price(drafts: Sequence[Draft]) -> None:
    for one in drafts:
        most = one.request.max_cost
        if most is not None and one.price > most:
            raise OutOfBudget.of(scope="job", limit=most, spent=Decimal(0), reserved=Decimal(0), wanted=one.price)


def _check_assets(connection: Connection, drafts: Sequence[Draft]) -> None:
    named = {(one.request.tenant_id, asset): loc for one in drafts for asset, loc in one.assets.items()}
    if not named:
        return
    asked = select(AssetRow.tenant_id, AssetRow.id).where(AssetRow.id.in_({asset for _, asset in named}))
    theirs = {(row.tenant_id, row.id) for row in connection.execute(asked)}
    missing = sorted(pair for pair in named if pair not in theirs)
    if missing:
        wrong = [(list(named[pair]), f"there is no asset {pair[1]}") for pair in missing]
        raise InvalidInput("It refers to assets that do not exist.", errors=wrong)
