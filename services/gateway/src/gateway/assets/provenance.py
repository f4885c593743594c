"""Where an asset comes from: what its content credentials say and are worth, and which jobs it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from gateway.assets.lending import lent
from gateway.auth import Owner
from gateway.edge import EdgeOf
from gateway.ids import PathId
from gateway.problems import refusals
from gateway.texts import Id, Time
from mediamill.assets import queries
from mediamill.clock import iso
from mediamill.errors import NotFound
from mediamill.jobs.makers import makers
from mediamill.provenance.apart import read_apart
from mediamill.provenance.report import Credentials, Problem, Record, Source, Verdict

router = APIRouter(tags=["assets"])

_AT_ONCE = anyio.CapacityLimiter(2)
"""Each reading is a process of its own, so one gateway does few at a time."""


class Maker(BaseModel):
    """A job that answered with the asset."""

    id: Id
    kind: str
    provider: str | None
    role: str
    created_at: Time


class KnownSource(Source):
    """Something that an asset was made of."""

    asset_id: Id | None = Field(description="the asset of yours that has its bytes")


class KnownRecord(Record):
    """One asset's own credentials."""

    sources: tuple[KnownSource, ...]


class Provenance(BaseModel):
    """Where an asset comes from."""

    asset_id: Id
    media_type: str
    verdict: Verdict = Field(
        description="trusted; untrusted: they fit, but nobody here knows who signed them; tampered; missing; "
        "unsupported: files of this type have no place for them"
    )
    problems: list[Problem] = Field(description="what keeps the credentials from being trusted")
    jobs: list[Maker] = Field(description="your jobs that answered with it, newest first")
    history: list[KnownRecord] = Field(description="what the credentials say: of it first, then of what it was made of")


@router.get("/v1/assets/{id}/provenance", summary="Get where an asset comes from", responses=refusals(404, 422))
async def get_provenance(id: PathId, edge: EdgeOf, owner: Owner) -> Provenance:
    """Read and check the content credentials (C2PA) in an asset's bytes, made here or uploaded.

    The truth is in the bytes, so anybody can check it without us; only the jobs are what we know besides.
    """
    async with edge.look() as connection:
        asset = (await connection.execute(queries.one(owner.tenant_id, id))).mappings().one_or_none()
        jobs = (await connection.execute(makers(owner.tenant_id, id))).mappings().all()
    if asset is None:
        raise NotFound(f"Asset {id}.")
    async with lent(edge.store, asset["sha256"]) as path:
        found = await run_sync(read_apart, path, asset["media_type"], edge.roots, limiter=_AT_ONCE)
    hashes = {source.sha256 for record in found.history for source in record.sources if source.sha256}
    async with edge.look() as connection:
        rows = await connection.execute(queries.with_bytes(owner.tenant_id, hashes)) if hashes else ()
        known = {row.sha256: str(row.id) for row in rows}
    return _present(str(id), found, jobs, known)


def _present(asset_id: str, found: Credentials, jobs: Sequence[RowMapping], known: Mapping[str, str]) -> Provenance:
    return Provenance(
        asset_id=asset_id,
        media_type=found.media_type,
        verdict=found.verdict,
        problems=list(found.problems),
        jobs=[_maker(row) for row in jobs],
        history=[_known(record, known) for record in found.history],
    )


def _maker(row: RowMapping) -> Maker:
    facts: dict[str, Any] = {name: row[name] for name in ("kind", "provider", "role")}
    return Maker(id=str(row["id"]), created_at=iso(row["created_at"]) or "", **facts)


def _known(record: Record, known: Mapping[str, str]) -> KnownRecord:
    sources = tuple(
        KnownSource(**source.model_dump(), asset_id=known.get(source.sha256 or "")) for source in record.sources
    )
    return KnownRecord(**record.model_dump(exclude={"sources"}), sources=sources)
