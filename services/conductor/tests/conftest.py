"""Receivers of webhooks for the tests of the courier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conductor.courier.tick import Courier
from mediamill_testing.harness import Mill
from mediamill_testing.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Callable[..., Receiver]]:
    """Makes receivers."""
    made: list[Receiver] = []

    def start(*answers: int, **facts: Any) -> Receiver:
        made.append(Receiver(*answers, **facts))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def couriers(mill: Mill) -> Iterator[Callable[..., Courier]]:
    """Makes couriers that may reach loopback."""
    made: list[Courier] = []

    def start(**facts: Any) -> Courier:
        config = mill.config.model_copy(update={"allow_private_urls": True, **facts.pop("settings", {})})
        made.append(Courier(mill.db, config, **facts))
        return made[-1]

    yield start
    for courier in made:
        courier.close(0.1)


@pytest.fixture
def courier(couriers: Callable[..., Courier]) -> Courier:
    return couriers()
