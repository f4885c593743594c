"""Money under faults: what tenants are charged is what the vendor bills, to the last digit, whoever is killed when."""

from __future__ import annotations

import functools
import random
from decimal import Decimal
from pathlib import Path

import pytest

from mediamill_testing.chaos.run import purchases, run

pytestmark = [pytest.mark.xdist_group("chaos"), pytest.mark.timeout(400)]


def test_purchases_amid_kills_are_billed_once_and_booked_as_they_are_billed(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)

    report = run(tmp_path / "site", seed, functools.partial(purchases, orders=24, kills=8))

    assert report.is_clean, report.as_page()
    assert sum(report.faults.values()) == 8
    assert Decimal(report.billed_usd) > 0
