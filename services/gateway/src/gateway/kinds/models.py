"""What a kind looks like."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pydantic import BaseModel, Field

from gateway.texts import Json
from mediamill.queues.registry import Kind as RegisteredKind


class Limits(BaseModel):
    """How long and how often a job of a kind may run."""

    soft_time_limit_s: float = Field(examples=[300])
    hard_time_limit_s: float = Field(examples=[360])
    attempts: int = Field(examples=[3])
    max_running: int | None = Field(description="runs at once over all workers; null is no limit")


class Offer(BaseModel):
    """A provider that serves a kind for you now."""

    provider: str = Field(examples=["replicate"])
    price: float = Field(description="USD per unit of work", examples=[0.003])


class Kind(BaseModel):
    """What can be asked for, and what comes of it."""

    kind: str = Field(examples=["audio.speech"])
    queue: str = Field(examples=["audio"])
    summary: str
    input_schema: Json = Field(description="JSON Schema of a job's input")
    output_schema: Json = Field(description="JSON Schema of its output")
    providers: list[str] = Field(description="all that a job may name", examples=[["local"]])
    order: list[Offer] = Field(description="who serves for you, first to last, if a job names nobody")
    limits: Limits
    price: float = Field(description="USD per unit of work with the default provider")
    expected_s: float = Field(description="first guess of the run time")
    reuse: bool = Field(description="whether 'cache: reuse' can answer it")
    version: int
    example: Json | None = Field(description="an input that works")


def present_for(kind: RegisteredKind, order: Sequence[str]) -> Kind:
    """Show a kind to somebody whom these serve."""
    offers = [Offer(provider=name, price=float(kind.unit_price(name))) for name in order]
    return present(kind).model_copy(update={"order": offers})


@cache
def present(kind: RegisteredKind) -> Kind:
    """Show a kind; its schemas are written once, as that takes longer than a request should."""
    schema = kind.ask.model_json_schema()
    examples = schema.get("examples") or [None]
    manifest = kind.manifest
    return Kind(
        kind=kind.name,
        queue=kind.queue,
        summary=manifest.summary,
        input_schema=schema,
        output_schema=kind.answer.model_json_schema(mode="serialization"),
        providers=list(manifest.providers),
        order=[],
        limits=Limits(**{name: getattr(manifest, name) for name in Limits.model_fields}),
        price=float(manifest.price),
        expected_s=manifest.expected_s,
        reuse=manifest.reuse,
        version=manifest.version,
        example=examples[0],
    )
