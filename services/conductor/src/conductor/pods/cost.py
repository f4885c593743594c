"""What taking a worker away would cost, in the units of ``controller.kubernetes.io/pod-deletion-cost``. Pure."""

from __future__ import annotations

from collections.abc import Iterable

MINUTE_S = 60.0
IDLE = 0
MOST = 2_147_483_647
"""Kubernetes reads 32 bits."""


def cost(runs_s: Iterable[float]) -> int:
    """Give a worker's cost by how long its jobs have run, in seconds: one for each job and for each whole minute.

    So idle workers go first, and of busy ones the one that has the least to do again.
    """
    return min(sum(1 + int(max(run_s, 0) // MINUTE_S) for run_s in runs_s), MOST)
