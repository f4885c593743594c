"""Which provider of several serves a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from mediamill.providers.protocol import Provider

A = TypeVar("A")
T = TypeVar("T")


def choose(offered: Provider[A, T] | Sequence[Provider[A, T]], wanted: str | None) -> Provider[A, T]:
    """Give the provider whose vendor the job names, else the first. The same for every replay of a job."""
    if not isinstance(offered, Sequence):
        return offered
    return next((provider for provider in offered if provider.vendor == wanted), offered[0])
