"""The links of a kind that this worker has: its own, and one for each vendor that it can buy from."""

from __future__ import annotations

import importlib
import logging
from functools import cache
from typing import Any, TypeVar

from mediamill.errors import ProviderDown
from mediamill.handlers.context import Context, Link
from mediamill.providers.credentials import configured
from mediamill.queues.manifest import ModelManifest
from mediamill.queues.registry import registry

log = logging.getLogger(__name__)

A = TypeVar("A")
T = TypeVar("T")


def links_of(kind: str, own: Link[A, T] | None, package: str) -> tuple[Link[A, T], ...]:
    """Give a worker's own link, if it has one, and those of its kind's other providers.

    Their modules in ``package`` hold ``LINKS``.

    A provider without credentials is not imported, so a worker without keys loads no vendor's library. One whose models
    have ended is among them: a job that began with it may still be under way, and the chain gives it to no other.
    """
    mine = () if own is None else (own,)
    serving = {link.provider for link in mine}
    others = [name for name in registry().kind(kind).manifest.providers if name not in serving and configured(name)]
    found = [_links(f"{package}.{name}") for name in others]
    return (*mine, *(links[kind] for links in found if kind in links))


def model_of(ctx: Context, kind: str, provider: str) -> ModelManifest:
    """Give the model that a provider serves this job with.

    It is chosen once: a sunset, a price or a setting that changes while the job waits changes none of its steps.
    """
    return ctx.step("model", _chosen, kind, provider)


def _chosen(kind: str, provider: str) -> ModelManifest:
    model = registry().kind(kind).model(provider)
    if model is None:
        raise ProviderDown(f"No model of {provider} serves {kind} any more.")
    return model


@cache
def _links(module: str) -> dict[str, Link[Any, Any]]:
    """Load an adapter, if there is one and its vendor's library is here; the log says so once where that is missing."""
    try:
        found: dict[str, Link[Any, Any]] = importlib.import_module(module).LINKS
    except ModuleNotFoundError as missing:
        if missing.name != module:
            log.warning("%s is left out: %s is not installed, see this queue's extras", module, missing.name)
        return {}
    return found
