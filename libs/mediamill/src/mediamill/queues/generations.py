"""Generations: which code runs a job from its first claim to its end, and which workers have that code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

Serves = Mapping[str, Sequence[int]]
"""The kinds that a worker runs, each with its generations, lowest first."""


def label(kind: str, generation: int | None) -> str:
    """Name what a job asks of a worker: its kind and, once it has begun, its generation."""
    return kind if generation is None else f"{kind}@{generation}"


def labels_of(serves: Serves) -> frozenset[str]:
    """Give every label that such a worker can do."""
    begun = (label(kind, generation) for kind, generations in serves.items() for generation in generations)
    return frozenset([*serves, *begun])


def cohort_of(serves: Serves) -> str:
    """Name the workers that serve exactly this."""
    told = json.dumps({kind: list(generations) for kind, generations in serves.items()}, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]
