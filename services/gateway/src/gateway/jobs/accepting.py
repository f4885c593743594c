"""From what was posted to accepted jobs: one validation, one transaction."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from gateway.edge import Edge
from gateway.jobs import present, reading
from gateway.jobs.models import Job, PostJob
from gateway.jobs.turnstile import Entry
from gateway.keyring import Principal
from gateway.webhooks.checking import check_jobs, job_webhook
from mediamill.errors import InvalidInput, MediamillError, UnknownKind
from mediamill.hints import DISPATCH, tenant_topic
from mediamill.jobs.accept import accept, accept_drafts
from mediamill.jobs.draft import Draft, Need, draft
from mediamill.jobs.request import Request
from mediamill.jobs.states import State

MOST_ERRORS = 100
_NO_HEADER_HAS_THIS = "\x1f"


class Origin(NamedTuple):
    """Who posted, under which Idempotency-Key and in which trace."""

    principal: Principal
    key: str | None
    traceparent: str | None


class Batch(NamedTuple):
    """What became of the requests; ``replayed`` when an earlier call with the same key had made all of them."""

    jobs: list[Job]
    replayed: bool


async def accept_one(edge: Edge, origin: Origin, post: PostJob) -> Batch:
    """Accept a job: in one statement if nothing stands against it, else in a transaction that looks closer."""
    request = read_request(edge, origin, post)
    await check_jobs(edge.config, [post], [])
    if origin.key is not None:
        request = _keyed(request, origin.key, body_hash(post))
    one = draft(request)
    may_follow = one.price > 0 and _may_follow(edge, one)
    if (one.price == 0 or may_follow) and (entry := await edge.turnstile.enter(one)) is not None:
        return await _let_in(edge, one, entry)
    return await (_lead_or_follow(edge, one) if may_follow else _look_closer(edge, one))


async def accept_many(edge: Edge, origin: Origin, posts: Sequence[PostJob], body: BaseModel) -> Batch:
    """Accept all jobs or none; every wrong field of every job is told at once."""
    requests, wrong = [], []
    for index, post in enumerate(posts):
        try:
            requests.append(replace(read_request(edge, origin, post), loc=("jobs", index)))
        except (InvalidInput, UnknownKind) as error:
            wrong += _at(index, error)
    if wrong:
        raise InvalidInput(f"{len(wrong)} fields are wrong; no job was accepted.", errors=wrong[:MOST_ERRORS])
    await check_jobs(edge.config, posts, ["jobs"])
    if origin.key is not None:
        hashed = body_hash(body)
        requests = [
            _keyed(request, f"{origin.key}{_NO_HEADER_HAS_THIS}{index}", hashed)
            for index, request in enumerate(requests)
        ]
    return await _accept(edge, origin.principal.tenant_id, requests)


def read_request(edge: Edge, origin: Origin, post: PostJob) -> Request:
    """Validate what was posted. Raises ``UnknownKind``, ``InvalidInput``, or ``SwitchedOff``."""
    kind = edge.registry.kind(post.kind)
    if post.provider is not None and (wrong := kind.objection(post.provider)) is not None:
        raise InvalidInput(f"{wrong}.", errors=[(["provider"], wrong)])
    edge.orders.check(kind, origin.principal.tenant_id, post.provider)
    return Request(
        tenant_id=origin.principal.tenant_id,
        kind=kind,
        input=kind.read(post.input),
        priority=post.priority,
        metadata=post.metadata,
        cache=post.cache,
        max_cost=post.max_cost,
        deadline_s=post.deadline_s,
        run_at=post.run_at,
        provider=post.provider,
        head=edge.orders.head(kind, origin.principal.tenant_id),
        key_id=origin.principal.key_id,
        traceparent=origin.traceparent,
        webhook=job_webhook(origin.principal.tenant_id, post),
    )


def body_hash(body: BaseModel) -> str:
    """Name a body by what was given in it, whatever the order of its keys."""
    given = body.model_dump(mode="json", exclude_unset=True)
    return hashlib.sha256(json.dumps(given, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


async def _accept(edge: Edge, tenant_id: UUID, requests: Sequence[Request]) -> Batch:
    async with edge.transaction() as connection:
        accepted = await connection.run_sync(accept, requests)
        jobs = await reading.show_many(connection, tenant_id, [made.job_id for made in accepted])
    edge.tell(DISPATCH, tenant_topic(tenant_id))
    return Batch(jobs, replayed=not any(made.fresh for made in accepted))


def _may_follow(edge: Edge, one: Draft) -> bool:
    """Tell whether a draft with a price may need no transaction of its own: if it follows, it reserves nothing."""
    return Need.REUSE in one.needs and Need.KEY not in one.needs and edge.config.coalesced_charge == "none"


async def _lead_or_follow(edge: Edge, one: Draft) -> Batch:
    """Have one of several equal drafts look closer, after which the others can follow it, all together again."""
    work = (one.request.tenant_id, one.fingerprint)
    if (ahead := edge.leading.get(work)) is not None:
        await ahead.wait()
        entry = await edge.turnstile.enter(one)
        return await (_look_closer(edge, one) if entry is None else _let_in(edge, one, entry))
    done = edge.leading[work] = asyncio.Event()
    try:
        return await _look_closer(edge, one)
    finally:
        del edge.leading[work]
        done.set()


async def _let_in(edge: Edge, one: Draft, entry: Entry) -> Batch:
    edge.tell(DISPATCH, tenant_topic(one.request.tenant_id))
    return Batch([await _show(edge, one, entry)], replayed=False)


async def _show(edge: Edge, one: Draft, entry: Entry) -> Job:
    if entry.state is not State.SUCCEEDED:
        return present.accepted(one, entry)
    async with edge.look() as connection:
        return await reading.show(connection, one.request.tenant_id, one.job_id)


async def _look_closer(edge: Edge, one: Draft) -> Batch:
    tenant_id = one.request.tenant_id
    async with edge.transaction() as connection:
        (accepted,) = await connection.run_sync(accept_drafts, [one])
        job = await reading.show(connection, tenant_id, accepted.job_id)
    edge.tell(DISPATCH, tenant_topic(tenant_id))
    return Batch([job], replayed=not accepted.fresh)


def _keyed(request: Request, key: str, hashed: str) -> Request:
    return replace(request, idempotency_key=key, body_hash=hashed)


def _at(index: int, error: MediamillError) -> list[tuple[list[str | int], str]]:
    return [(["jobs", index, *loc], msg) for loc, msg in error.errors]
