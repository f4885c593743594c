"""Hundreds of waits behind one worker hold nothing and wake in time, with and without webhooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediamill_testing.stacks import running_stack
from mediamill_testing.waits import Waits, posted, set_faults

pytestmark = pytest.mark.alone

JOBS = 300
SECONDS = 3.0
MOST_RSS_MB = 200


def test_hundreds_wait_behind_one_worker(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        told = Waits(stack, posted(stack, JOBS, SECONDS))
        told.watch_to_the_end(90)
        set_faults(stack, drop_hooks=True)
        looked_at = Waits(stack, posted(stack, JOBS, SECONDS))
        looked_at.watch_to_the_end(90)

        for waits in (told, looked_at):
            assert (waits.succeeded, waits.most_held) == (JOBS, 0)
            assert waits.worker_rss_mb < MOST_RSS_MB
            assert waits.lags_ms()["went_on"]["p99"] < 5_000
