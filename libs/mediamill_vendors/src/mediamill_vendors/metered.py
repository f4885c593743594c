"""Counts requests to a vendor: how long each took, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from mediamill.clock import monotonic
from mediamill.errors import ErrorClass, MediamillError, RateLimited
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import count, observe


@contextmanager
def metered(vendor: str, method: str, path: str) -> Iterator[None]:
    """Count the request that the block makes."""
    provider, began = vendor.lower(), monotonic()
    outcome = "failed"
    try:
        yield
        outcome = "ok"
    except RateLimited:
        outcome = "rate_limited"
        count(metrics.RATE_LIMITED, provider=provider)
        raise
    except MediamillError as error:
        outcome = "refused" if error.error_class is ErrorClass.PERMANENT else "failed"
        raise
    finally:
        operation = _operation(method, path)
        count(metrics.PROVIDER_REQUESTS, provider=provider, operation=operation, outcome=outcome)
        observe(metrics.PROVIDER_TIME, monotonic() - began, provider=provider, operation=operation)


def _operation(method: str, path: str) -> str:
    if method == "GET":
        return "look"
    return "cancel" if method == "DELETE" or urlsplit(path).path.endswith("/cancel") else "ask"
