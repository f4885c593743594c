"""What befalls a broker, on RabbitMQ with quorum queues and without any Redis."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mediamill_testing.chaos.brokers import RabbitBroker
from mediamill_testing.chaos.run import at_the_broker, run

pytestmark = [pytest.mark.xdist_group("rabbit"), pytest.mark.timeout(400)]


def test_a_storm_on_rabbitmq_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)

    report = run(tmp_path / "site", seed, at_the_broker, RabbitBroker)

    assert report.is_clean, report.as_page()
