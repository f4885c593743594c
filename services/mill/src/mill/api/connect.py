"""Finding the gateway and a key: options first, then the environment, then the stack that runs in the data folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mill.api.client import Api
from mill.api.errors import NoKey
from mill.stack.layout import Layout
from mill.stack.state import Up, running


class Target(NamedTuple):
    """What the command line and nothing else said about where to go."""

    data: Path | None = None
    url: str | None = None
    key: str | None = None


def connect(target: Target) -> Api:
    """Give the API with a key that may work with jobs and assets."""
    return _connect(target, os.environ.get("MEDIAMILL_KEY"), lambda up: up.key)


def connect_as_operator(target: Target) -> Api:
    """Give the API with a key that may work with tenants, keys and queues."""
    given = os.environ.get("MEDIAMILL_OPERATOR_KEY") or os.environ.get("MEDIAMILL_KEY")
    return _connect(target, given, lambda up: up.operator_key)


def _connect(target: Target, environment_key: str | None, own_key: Callable[[Up], str]) -> Api:
    elsewhere = None if target.data else os.environ.get("MEDIAMILL_URL")
    url, key = target.url or elsewhere, target.key or environment_key
    if url is not None:
        if key is None:
            raise NoKey(f"Give one for {url} with --key or MEDIAMILL_KEY.")
        return Api(url, key)
    layout = Layout.of(target.data)
    up = running(layout)
    return Api(up.url, target.key or own_key(up), log=layout.log("gateway"), worker_log=layout.log("worker"))
