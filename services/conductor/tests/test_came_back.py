from __future__ import annotations

from collections.abc import Callable

from mediamill_testing.harness import Mill


def test_what_nobody_claimed_is_published_again_as_soon_as_a_broker_that_was_away_is_back(
    mill_of: Callable[..., Mill],
) -> None:
    mill = mill_of("test", claim_timeout_s=3600)
    job = mill.accept("test.noop")
    mill.dispatcher.tick()
    mill.wire.deliveries.clear()

    mill.sweeper.tick()
    while_it_is_away = list(mill.wire.deliveries)
    mill.wire.was_away = True
    mill.sweeper.tick()

    assert while_it_is_away == []
    assert [delivery.job_id for delivery in mill.wire.deliveries] == [job]
