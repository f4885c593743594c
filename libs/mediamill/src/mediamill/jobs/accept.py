"""Acceptance: one committed transaction, after which a job cannot be lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from mediamill.assets.model import AssetRow
from mediamill.contracts import Ask, AssetReference
from mediamill.errors import IdempotencyMismatch, InvalidInput, OutOfBudget, OverQuota
from mediamill.ids import uuid7
from mediamill.jobs.model import Idempotency, Line
from mediamill.jobs.states import State
from mediamill.queues.registry import Kind
from mediamill.tenants.model import Tenant


class JobWebhook(NamedTuple):
    """Who is told of a job: where, of what (``None``: the usual), and with which others it shares its slots."""

    url: str
    events: list[str] | None
    lane: str


@dataclass(frozen=True)
class Request:
    """What a tenant asks for, validated."""

    tenant_id: UUID
    kind: Kind
    input: Ask
    priority: int = 5
    metadata: Mapping[str, str] = field(default_factory=dict)
    cache: str = "off"
    max_cost: Decimal | None = None
    deadline_s: float | None = None
    run_at: datetime | None = None
    provider: str | None = None
    traceparent: str | None = None
    idempotency_key: str | None = None
    body_hash: str | None = None
    parent_id: UUID | None = None
    parent_step: int | None = None
    root_id: UUID | None = None
    webhook: JobWebhook | None = None


class Accepted(NamedTuple):
    """What became of a request; ``fresh`` is false when an earlier one with the same key made the job."""

    job_id: UUID
    state: State
    fresh: bool


_ACCEPT = text("""
WITH asked AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        id uuid, tenant_id uuid, kind text, queue text, priority smallint, input jsonb, parent_id uuid,
        parent_step integer, root_id uuid, provider text, max_cost numeric, metadata jsonb, cache text,
        fingerprint text, version integer, run_at timestamptz, deadline_s double precision, traceparent text,
        webhook jsonb)
), known AS (
    SELECT asked.id, jobs.id AS from_id, jobs.output
    FROM asked
    JOIN reuse ON asked.cache = 'reuse' AND reuse.tenant_id = asked.tenant_id
              AND reuse.fingerprint = asked.fingerprint
    JOIN jobs ON jobs.id = reuse.job_id
), made AS (
    INSERT INTO jobs (id, tenant_id, kind, queue, state, priority, input, output, seq, parent_id, parent_step,
        root_id, provider, max_cost, metadata, cache, fingerprint, version, traceparent, created_at, started_at,
        finished_at)
    SELECT asked.id, asked.tenant_id, kind, queue, CASE WHEN known.id IS NULL THEN 'queued' ELSE 'succeeded' END,
        priority, input, known.output, CASE WHEN known.id IS NULL THEN 1 ELSE 2 END, parent_id, parent_step,
        root_id, provider, max_cost, metadata, cache, fingerprint, version, traceparent, now(),
        CASE WHEN known.id IS NULL THEN NULL ELSE now() END, CASE WHEN known.id IS NULL THEN NULL ELSE now() END
    FROM asked LEFT JOIN known USING (id)
    RETURNING id, tenant_id, kind, queue, priority, state
), told_queued AS (
    INSERT INTO events (job_id, seq, tenant_id, type, data)
    SELECT id, 1, tenant_id, 'job.queued', '{}' FROM made
), told_reused AS (
    INSERT INTO events (job_id, seq, tenant_id, type, data)
    SELECT id, 2, tenant_id, 'job.succeeded', jsonb_build_object('reused_from', known.from_id)
    FROM made JOIN known USING (id)
), kept AS (
    INSERT INTO job_assets (job_id, asset_id, role)
    SELECT known.id, job_assets.asset_id, job_assets.role
    FROM known JOIN job_assets ON job_assets.job_id = known.from_id
), in_line AS (
    INSERT INTO lines (job_id, queue, tenant_id, kind, priority, run_at)
    SELECT id, made.queue, made.tenant_id, made.kind, 9 - made.priority, coalesce(asked.run_at, now())
    FROM made JOIN asked USING (id) WHERE made.state = 'queued'
), dated AS (
    INSERT INTO deadlines (job_id, at)
    SELECT id, now() + make_interval(secs => asked.deadline_s)
    FROM made JOIN asked USING (id) WHERE made.state = 'queued' AND asked.deadline_s IS NOT NULL
), hooked AS (
    INSERT INTO job_webhooks (job_id, url, events, lane)
    SELECT made.id, hook.url, hook.events, hook.lane
    FROM made JOIN asked USING (id), jsonb_to_record(asked.webhook) AS hook(url text, events text[], lane text)
    WHERE asked.webhook IS NOT NULL
)
SELECT id, state FROM made
""")


def accept(connection: Connection, requests: Sequence[Request]) -> list[Accepted]:
    """Accept all of the requests or none, each as a job with its first event.

    Raises ``IdempotencyMismatch``, ``OverQuota``, ``OutOfBudget``, or ``InvalidInput`` for an asset that the tenant
    does not have. A request whose key was used before with the same body gives that job again.
    """
    known = [_replayed(connection, request) for request in requests]
    fresh = [request for request, replay in zip(requests, known, strict=True) if replay is None]
    made = iter(_insert(connection, fresh) if fresh else [])
    return [replay or next(made) for replay in known]


def _insert(connection: Connection, requests: Sequence[Request]) -> list[Accepted]:
    _check_assets(connection, requests)
    _check_quota(connection, requests)
    _check_price(requests)
    ids = [uuid7() for _ in requests]
    rows = json.dumps([_row(i, r) for i, r in zip(ids, requests, strict=True)], ensure_ascii=False)
    if "\\u0000" in rows:
        raise InvalidInput("A text holds the character U+0000, which cannot be stored.", errors=[(["input"], "U+0000")])
    states = {row.id: State(row.state) for row in connection.execute(_ACCEPT, {"rows": rows})}
    keyed = [
        {"tenant_id": r.tenant_id, "key": r.idempotency_key, "body_hash": r.body_hash, "job_id": i}
        for i, r in zip(ids, requests, strict=True)
        if r.idempotency_key is not None
    ]
    accepted = [Accepted(i, states[i], fresh=True) for i in ids]
    return _claim_keys(connection, keyed, accepted) if keyed else accepted


def _claim_keys(connection: Connection, keyed: list[dict[str, Any]], accepted: list[Accepted]) -> list[Accepted]:
    """Bind each key to its job; the loser of a race sees a unique violation and the caller accepts again."""
    connection.execute(insert(Idempotency), keyed)
    return accepted


def _replayed(connection: Connection, request: Request) -> Accepted | None:
    if request.idempotency_key is None:
        return None
    # Two requests with one key at the same time take turns; the second then sees the first one's row.
    connection.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"{request.tenant_id}:{request.idempotency_key}", 0)))
    )
    row = connection.execute(
        select(Idempotency.body_hash, Idempotency.job_id).where(
            Idempotency.tenant_id == request.tenant_id, Idempotency.key == request.idempotency_key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.body_hash != request.body_hash:
        raise IdempotencyMismatch(f"The key is {request.idempotency_key!r}.")
    return Accepted(row.job_id, State.QUEUED, fresh=False)


def _row(job_id: UUID, request: Request) -> dict[str, Any]:
    body = request.input.model_dump(mode="json")
    provider = request.provider or request.kind.manifest.providers[0]
    version = request.kind.manifest.version
    return {
        "id": str(job_id),
        "tenant_id": str(request.tenant_id),
        "kind": request.kind.name,
        "queue": request.kind.queue,
        "priority": request.priority,
        "input": body,
        "parent_id": str(request.parent_id) if request.parent_id else None,
        "parent_step": request.parent_step,
        "root_id": str(request.root_id or job_id),
        "provider": provider,
        "max_cost": str(request.max_cost) if request.max_cost is not None else None,
        "metadata": dict(request.metadata),
        "cache": request.cache if request.kind.manifest.reuse else "off",
        "fingerprint": fingerprint(request.kind.name, version, provider, body),
        "version": version,
        "run_at": request.run_at.isoformat() if request.run_at else None,
        "deadline_s": request.deadline_s,
        "traceparent": request.traceparent,
        "webhook": request.webhook._asdict() if request.webhook else None,
    }


def fingerprint(kind: str, version: int, provider: str, body: Mapping[str, Any]) -> str:
    """Name an input: the same name means the same answer. Stable over key order and processes."""
    canonical = json.dumps([kind, version, provider, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _check_price(requests: Sequence[Request]) -> None:
    for request in requests:
        price = request.kind.manifest.price
        if request.max_cost is not None and price > request.max_cost:
            raise OutOfBudget(f"{request.kind.name} costs {price}, the request's max_cost is {request.max_cost}.")


def _check_quota(connection: Connection, requests: Sequence[Request]) -> None:
    for tenant_id in {r.tenant_id for r in requests if r.parent_id is None}:
        limit = connection.execute(select(Tenant.max_queued).where(Tenant.id == tenant_id)).scalar_one()
        if limit is None:
            continue
        wanted = sum(r.tenant_id == tenant_id for r in requests)
        in_line = select(Line.job_id).where(Line.tenant_id == tenant_id).limit(limit + 1).subquery()
        queued = connection.execute(select(func.count()).select_from(in_line)).scalar_one()
        if queued + wanted > limit:
            raise OverQuota(f"{queued} of {limit} jobs are in line already.")


def _check_assets(connection: Connection, requests: Sequence[Request]) -> None:
    for tenant_id in {request.tenant_id for request in requests}:
        named = {
            UUID(asset): ["input", *loc]
            for request in requests
            if request.tenant_id == tenant_id
            for loc, asset in _references(request.input)
        }
        if not named:
            continue
        mine = select(AssetRow.id).where(AssetRow.tenant_id == tenant_id, AssetRow.id.in_(list(named)))
        missing = set(named) - set(connection.execute(mine).scalars())
        if missing:
            wrong = [(named[asset], f"there is no asset {asset}") for asset in sorted(missing)]
            raise InvalidInput("It refers to assets that do not exist.", errors=wrong)


def _references(value: object, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match value:
        case AssetReference():
            yield loc, value
        case BaseModel():
            for name in type(value).model_fields:
                yield from _references(getattr(value, name), (*loc, name))
        case dict():
            for name, part in value.items():
                yield from _references(part, (*loc, str(name)))
        case list() | tuple():
            for index, part in enumerate(value):
                yield from _references(part, (*loc, index))
        case _:
            return
