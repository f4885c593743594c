"""A request that has its id and its row: everything about a job that is known before the database is asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from mediamill.contracts import AssetReference
from mediamill.errors import InvalidInput
from mediamill.ids import uuid7
from mediamill.jobs.request import Request
from mediamill.telemetry import traces

Loc = tuple[str | int, ...]

# `json.dumps` makes an encoder a call.
_AS_IT_IS = json.JSONEncoder(ensure_ascii=False)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class Need(StrEnum):
    """What the database must do for a request besides making its job."""

    KEY = "key"
    ASSETS = "assets"
    REUSE = "reuse"
    DEADLINE = "deadline"
    WEBHOOK = "webhook"
    MONEY = "money"


@dataclass(frozen=True)
class Draft:
    """A job to be. It is accepted once, however often it is tried, because its id stays the same."""

    job_id: UUID
    request: Request
    provider: str
    input: dict[str, Any]
    assets: dict[UUID, Loc]
    """The assets that the input names, and where."""
    row: str
    """JSON, as the statement takes it."""
    needs: frozenset[Need]
    price: Decimal
    """What it is expected to cost, in USD."""
    fingerprint: str


def draft(request: Request) -> Draft:
    """Give a request its id and its row. Raises ``InvalidInput`` for what cannot be stored."""
    job_id, body = uuid7(), request.input.model_dump(mode="json")
    provider = request.served_by
    assets = {UUID(asset): loc for loc, asset in references(request.input, (*request.loc, "input"))}
    price = request.kind.price(request.input, provider)
    named = fingerprint_of(request, body)
    row = _AS_IT_IS.encode(_row(job_id, request, provider, body, assets, price, named))
    if "\\u0000" in row:
        wrong: list[tuple[list[str | int], str]] = [([*request.loc, "input"], "U+0000")]
        raise InvalidInput("A text holds the character U+0000, which cannot be stored.", errors=wrong)
    needs = frozenset(_needs(request, assets, price))
    return Draft(job_id, request, provider, body, assets, row, needs, price, named)


def fingerprint(kind: str, version: int, provider: str, body: Mapping[str, Any]) -> str:
    """Name an input: the same name means the same answer. Stable over key order and processes."""
    canonical = _CANONICAL.encode([kind, version, provider, body])
    return hashlib.sha256(canonical.encode()).hexdigest()


def fingerprint_of(request: Request, body: Mapping[str, Any]) -> str:
    """Name what is asked for. Who named a provider wants its answer, others that of whomever the chain turns to."""
    whose = f"only {request.provider}" if request.provider is not None else request.served_by
    return fingerprint(request.kind.name, request.kind.manifest.version, whose, body)


def _needs(request: Request, assets: Mapping[UUID, Loc], price: Decimal) -> Iterator[Need]:
    if request.idempotency_key is not None:
        yield Need.KEY
    if assets:
        yield Need.ASSETS
    if _cache(request) == "reuse":
        yield Need.REUSE
    if request.deadline_s is not None:
        yield Need.DEADLINE
    if request.webhook is not None:
        yield Need.WEBHOOK
    if price > 0:
        yield Need.MONEY


def _cache(request: Request) -> str:
    return request.cache if request.kind.manifest.reuse else "off"


def _row(
    job_id: UUID,
    request: Request,
    provider: str,
    body: Mapping[str, Any],
    assets: Mapping[UUID, Loc],
    price: Decimal,
    named: str,
) -> dict[str, Any]:
    version = request.kind.manifest.version
    row = {
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
        "pinned": request.provider is not None,
        "key_id": str(request.key_id) if request.key_id else None,
        "max_cost": str(request.max_cost) if request.max_cost is not None else None,
        "metadata": dict(request.metadata),
        "cache": _cache(request),
        "fingerprint": named,
        "version": version,
        "run_at": request.run_at.isoformat() if request.run_at else None,
        "deadline_s": request.deadline_s,
        "traceparent": traces.header() or request.traceparent,
        "webhook": request.webhook._asdict() if request.webhook else None,
        "key": request.idempotency_key,
        "body_hash": request.body_hash,
        "assets": [str(asset) for asset in assets],
        "is_paid": True if price > 0 else None,
    }
    return {name: value for name, value in row.items() if value is not None}


def references(value: object, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Give the assets that a validated input names, each with its place, in the order of the contract's fields."""
    match value:
        case AssetReference():
            yield loc, value
        case BaseModel():
            for name in type(value).model_fields:
                yield from references(getattr(value, name), (*loc, name))
        case dict():
            for name, part in value.items():
                yield from references(part, (*loc, str(name)))
        case list() | tuple():
            for index, part in enumerate(value):
                yield from references(part, (*loc, index))
        case _:
            return
