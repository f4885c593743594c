"""A thousand cancels with neighbours beside them; prints JSON and judges nothing."""

from __future__ import annotations

import json
import sys

import pytest

from mediamill_testing.cancelling import fell, summary
from mediamill_testing.stacks import Stack, until

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

CANCELS, AT_ONCE, NEIGHBOURS = 1000, 12, 1000


def test_a_thousand_cancels_of_trees_of_processes(stack: Stack) -> None:
    with stack.another_worker("--slots", "16") as worker:
        until(lambda: stack.is_registered(worker.pid), 90)

        felled = fell(stack, CANCELS, AT_ONCE, NEIGHBOURS)

    sys.stdout.write(json.dumps({"bench": "cancel", **summary(felled)}) + "\n")
