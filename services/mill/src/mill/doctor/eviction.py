"""May the broker throw messages away, and how much room has it: a full Redis is to refuse, not to forget."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from mill.doctor.finding import Finding, Fix, fail, ok, warn
from mill.stack.layout import Layout
from mill.stack.urls import urls

NAME = "eviction"
POLICY = "noeviction"
_FULL = 0.8
_SCHEMES = ("redis://", "rediss://", "valkey://", "unix://")
_KEEP = "Set maxmemory-policy noeviction in its configuration. No job is lost by it, but hand-overs are, and come late."


def eviction(layout: Layout) -> Finding:
    """Is the broker one that evicts nothing."""
    url = urls(layout).broker
    if not url.startswith(_SCHEMES):
        return ok(NAME, "no Redis to look at")
    redis: Any = importlib.import_module("redis")
    try:
        with redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as client:
            return judge({**client.info("memory"), **client.info("stats")})
    except (redis.exceptions.RedisError, OSError) as error:
        return warn(NAME, f"not looked at: {type(error).__name__}", "See whether the broker answers.")


def judge(told: Mapping[str, Any]) -> Finding:
    """Judge what a Redis says of itself."""
    policy, most, used = str(told.get("maxmemory_policy")), int(told.get("maxmemory", 0)), int(told["used_memory"])
    evicted = int(told.get("evicted_keys", 0))
    if policy != POLICY:
        detail = f"{policy}, {evicted} keys evicted so far" if most else f"{policy}, with no limit of memory yet"
        return (fail if most else warn)(NAME, detail, _KEEP).model_copy(update={"fix": KEEP.does})
    if most and used > most * _FULL:
        share = f"{used / most:.0%} of {most / 1e6:.0f} MB are used"
        return warn(NAME, f"{policy}, but {share}", "Give it more memory: a full one refuses hand-overs.")
    return ok(NAME, f"{policy}, {used / 1e6:.1f} MB used")


def _keep(layout: Layout) -> str:
    redis: Any = importlib.import_module("redis")
    with redis.Redis.from_url(urls(layout).broker, socket_timeout=5) as client:
        client.config_set("maxmemory-policy", POLICY)
    return "it evicts nothing until it is started again; its configuration file is yours to change"


KEEP = Fix("Have the running broker evict nothing (CONFIG SET)", _keep)
