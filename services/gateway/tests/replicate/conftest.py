"""A gateway on a socket, a mill that works behind it, and Replicate's own client before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import replicate


@pytest.fixture
def gateway_url(serve: Callable[..., Any]) -> str:
    url: str = serve(allow_private_urls=True).url
    return url


@pytest.fixture
def client_of(gateway_url: str) -> Callable[..., replicate.Client]:
    """Gives the client of a key: what a user changes is the base URL and the key."""

    def make(secret: str) -> replicate.Client:
        return replicate.Client(base_url=f"{gateway_url}/replicate", api_token=secret)

    return make


@pytest.fixture
def client(client_of: Callable[..., replicate.Client], owner: Any, monkeypatch: pytest.MonkeyPatch) -> replicate.Client:
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.05")
    made = client_of(owner.secret)
    made.poll_interval = 0.05
    return made


@pytest.fixture
def http(gateway_url: str, owner: Any) -> Iterator[httpx.Client]:
    """What the client does not show: statuses, headers, bodies."""
    with httpx.Client(base_url=f"{gateway_url}/replicate/v1", headers=owner.headers, timeout=30) as made:
        yield made
