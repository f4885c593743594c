"""Each fault once, in an order drawn from a seed that a failure shows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mediamill_testing.chaos.run import run, short

pytestmark = [pytest.mark.xdist_group("chaos"), pytest.mark.timeout(400)]


def test_a_short_storm_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)

    report = run(tmp_path / "site", seed, short)

    assert report.is_clean, report.as_page()
    assert min(report.faults.values()) >= 1
