"""A queue's manifest: ``queue.toml``, read without importing the queue's code."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mediamill.telemetry.metrics import MEDIA_S

Reference = r"^[a-z_][a-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*$"
LOCAL = "local"
"""The provider that needs no key and costs nothing: this installation itself."""


class Part(BaseModel):
    """A frozen part of a manifest that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Making(StrEnum):
    """How a provider comes by what it makes of an input; the content credentials of its assets say so."""

    DRAWN = "drawn"
    """By code that learned from nobody's works."""
    GENERATED = "generated"
    """By a trained model."""
    COMPOSED = "composed"
    """Of the media in the input, put together."""
    EDITED = "edited"
    """The first medium of the input, changed."""
    CONVERTED = "converted"
    """The first medium of the input, in another form."""


class MakingManifest(Part):
    """How a kind's providers make what they make."""

    local: Making
    hosted: Making = Making.GENERATED

    def of(self, provider: str) -> Making:
        """Give how a provider makes it."""
        return self.local if provider == LOCAL else self.hosted


class ModelManifest(Part):
    """What serves a kind at one provider that is paid for, as its vendor tells it."""

    provider: str
    model: str = Field(description="as the vendor names it")
    price: Decimal = Field(ge=0, description="USD per unit of work, as the kind's input counts units")
    read_price: Decimal | None = Field(
        None, ge=0, description="USD per unit that it reads, where the vendor bills that apart from what it writes"
    )
    sunset: date | None = Field(
        None, description="the day on which the vendor ends it; from then on it gets no traffic"
    )
    source: str = Field(description="where the vendor says so")

    def serves(self, day: date) -> bool:
        """Tell whether its vendor still offers it on a day."""
        return self.sunset is None or day < self.sunset


class KindManifest(Part):
    """What is promised of one kind."""

    contract: str = Field(
        pattern=Reference, description="module:class of the input, in the queue's package; dotted: anywhere"
    )
    answer: str = Field(pattern=Reference, description="module:class of the output")
    summary: str
    providers: tuple[str, ...] = ("local",)
    soft_time_limit_s: float = Field(1500, gt=0)
    hard_time_limit_s: float = Field(1800, gt=0)
    attempts: int = Field(3, ge=1, le=100)
    price: Decimal = Field(Decimal(0), ge=0, description="USD per unit of work with the first provider")
    prices: tuple[tuple[str, Annotated[Decimal, Field(ge=0)]], ...] = Field(
        (), description="the same with others, as a table by provider; else they are free"
    )
    models: tuple[ModelManifest, ...] = Field(
        (), description="what providers that are paid for serve it with, in order"
    )
    unknown_outcome: Literal["fail", "buy_again"] = Field(
        "fail", description="what to do when nobody can tell whether a vendor took a purchase"
    )
    expected_s: float = Field(5, gt=0, description="first guess of the run time, until there is history")
    reuse: bool = Field(True, description="the same input gives the same answer")
    version: int = Field(1, ge=1, description="raised when the same input should give another answer")
    keep_days: int | None = Field(
        None, ge=1, description="finished jobs are kept so long, with their children and what these made; else as all"
    )
    max_running: int | None = Field(None, ge=1, description="runs at once over all workers")
    making: MakingManifest | None = Field(
        None, description="how it is made: its assets leave with content credentials that say so; without it, with none"
    )

    @field_validator("prices", mode="before")
    @classmethod
    def _as_pairs(cls, prices: object) -> object:
        return tuple(prices.items()) if isinstance(prices, dict) else prices

    @model_validator(mode="after")
    def _models_have_a_provider(self) -> Self:
        for model in self.models:
            if model.provider == LOCAL or model.provider not in self.providers:
                raise ValueError(f"{model.model!r} is of {model.provider!r}, which is none of {self.providers[1:]}")
        return self

    def model(self, provider: str, day: date) -> ModelManifest | None:
        """Give what a provider serves with on a day: the first of its models that has not met its sunset."""
        return next((model for model in self.models if model.provider == provider and model.serves(day)), None)

    def has_ended(self, provider: str, day: date) -> bool:
        """Tell whether a provider served it once and all of its models have met their sunset."""
        sunsets = [model.serves(day) for model in self.models if model.provider == provider]
        return bool(sunsets) and not any(sunsets)


class WorkerManifest(Part):
    """How a worker of the queue runs."""

    pool: Literal["threads", "solo"] = "threads"
    concurrency: int = Field(2, ge=1, le=1000)


class Resources(Part):
    """What one worker needs."""

    cpu: float = Field(1.0, gt=0)
    memory_mb: int = Field(512, ge=64)


class Scale(Part):
    """Between which numbers the workers scale, and to what backlog."""

    min: int = Field(0, ge=0)
    max: int = Field(8, ge=1)
    target_backlog_s: float = Field(30, gt=0)


class Objectives(Part):
    """What users may expect of a queue over 30 days; the alerts on it follow from this."""

    success: float = Field(0.99, gt=0, lt=1, description="of the jobs that end, but for cancels and the asker's faults")
    wait_s: float = Field(20, description="within which jobs start; an edge of the metrics' buckets")
    wait_ratio: float = Field(0.95, gt=0, lt=1, description="of the jobs that start within it")

    @field_validator("wait_s")
    @classmethod
    def _can_be_read_off(cls, wait_s: float) -> float:
        if wait_s not in MEDIA_S:
            raise ValueError(f"{wait_s:g} s is no edge of the buckets; these are: {', '.join(map(str, MEDIA_S))}")
        return wait_s


class Network(Part):
    """Where a worker may connect to, beyond the database, the broker and the store."""

    egress: tuple[str, ...] = ()


class QueueHead(Part):
    """Who a queue is."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]{1,30}$")
    summary: str
    owners: tuple[str, ...] = ()


class Manifest(Part):
    """A whole ``queue.toml``."""

    queue: QueueHead
    kinds: dict[str, KindManifest] = Field(min_length=1)
    worker: WorkerManifest = WorkerManifest()
    resources: Resources = Resources()
    scale: Scale = Scale()
    objectives: Objectives = Objectives()
    network: Network = Network()

    @field_validator("kinds")
    @classmethod
    def _kinds_have_a_prefix(cls, kinds: dict[str, KindManifest]) -> dict[str, KindManifest]:
        for kind in kinds:
            if kind.count(".") != 1:
                raise ValueError(f"{kind!r} must be '<queue>.<verb>'")
        return kinds


class BrokenManifest(ValueError):
    """A queue.toml cannot be read."""


def read_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises ``BrokenManifest`` with the file and the field that is wrong."""
    try:
        manifest = Manifest.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise BrokenManifest(f"{path}: {error}") from error
    strangers = [kind for kind in manifest.kinds if kind.split(".")[0] != manifest.queue.name]
    if strangers:
        raise BrokenManifest(f"{path}: {strangers} do not start with '{manifest.queue.name}.'")
    return manifest
