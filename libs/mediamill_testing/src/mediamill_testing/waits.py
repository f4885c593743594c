"""Many waits at once on a stack: posting them, watching what they hold, and how late each woke."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import httpx

from mediamill_testing.stacks import FINAL, Stack, until

BATCH = 500
LOOK_EVERY_S = 1

STATES = """
SELECT state, count(*)::int AS n, (
    SELECT count(*)::int FROM leases JOIN jobs AS leased ON leased.id = leases.job_id WHERE leased.state = 'waiting'
) AS held
FROM jobs WHERE id = ANY(%(ids)s) GROUP BY state
"""
LOOKED = "SELECT max(polls)::int AS most_looks FROM predictions WHERE job_id = ANY(%(ids)s)"
WOKEN = """
SELECT predictions.vendor_id, extract(epoch FROM min(events.at))::double precision AS at
FROM events JOIN predictions ON predictions.job_id = events.job_id
WHERE events.job_id = ANY(%(ids)s) AND events.type = 'job.woken' GROUP BY predictions.vendor_id
"""
BETWEEN = """
SELECT count(*) FILTER (WHERE type = 'job.woken')::int AS woken,
    extract(epoch FROM max(at) FILTER (WHERE type = 'job.queued') - min(at))::double precision AS posting_s,
    extract(epoch FROM max(at) FILTER (WHERE type = 'job.waiting') - min(at))::double precision AS parked_after_s,
    extract(epoch FROM max(at) - min(at))::double precision AS all_s
FROM events WHERE job_id = ANY(%(ids)s)
"""


def posted(stack: Stack, number: int, seconds: float) -> list[str]:
    """Post so many waits, in batches."""
    ids: list[str] = []
    with stack.client() as client:
        for start in range(0, number, BATCH):
            size = min(BATCH, number - start)
            body = {"jobs": [{"kind": "test.wait", "input": {"seconds": seconds}}] * size}
            answer = client.post("/v1/jobs/batch", json=body).raise_for_status()
            ids += [job["id"] for job in answer.json()["data"]]
    return ids


def set_faults(stack: Stack, **faults: Any) -> None:
    """Have the stack's vendor misbehave from now on."""
    httpx.put(f"{_vendor_url(stack)}/faults", json=faults, timeout=10).raise_for_status()


class Waits:
    """Waits that were posted."""

    def __init__(self, stack: Stack, ids: list[str]) -> None:
        self._stack = stack
        self._ids = ids
        self._worker_pid = stack.worker_pid()
        self._states: dict[str, int] = {}
        self.most_waiting = 0
        self.most_held = 0
        """Leases of jobs that waited."""
        self.worker_rss_mb = 0.0
        self.idle_rss_mb = _rss_mb(self._worker_pid)

    def watch_to_the_end(self, patience_s: float) -> None:
        """Look at what is held until all have ended."""
        until(self._look, patience_s, LOOK_EVERY_S)

    @property
    def succeeded(self) -> int:
        """How many did."""
        return self._states.get("succeeded", 0)

    def most_looks(self) -> int:
        """Give how often the vendor was asked for one of them, at most."""
        return int(self._stack.sql(LOOKED, ids=self._ids)[0]["most_looks"])

    def lags_s(self) -> list[float]:
        """Give how long after its prediction's end each was woken, sorted."""
        ends = httpx.get(f"{_vendor_url(self._stack)}/bill", timeout=60).json()["ends_at"]
        return sorted(row["at"] - ends[row["vendor_id"]] for row in self._stack.sql(WOKEN, ids=self._ids))

    def figures(self) -> dict[str, Any]:
        """Give what was seen."""
        lags = self.lags_s()
        cuts = statistics.quantiles(lags, n=100)
        asked = httpx.get(f"{_vendor_url(self._stack)}/bill", timeout=60).json()["asked"]
        return {
            "succeeded": self.succeeded,
            "most_waiting": self.most_waiting,
            "leases_of_waiting_jobs": self.most_held,
            "worker_rss_mb": {"before": round(self.idle_rss_mb, 1), "most": round(self.worker_rss_mb, 1)},
            "most_looks": self.most_looks(),
            "wake_lag_ms": {
                "p50": round(cuts[49] * 1000),
                "p99": round(cuts[98] * 1000),
                "max": round(lags[-1] * 1000),
            },
            **{name: round(value, 2) for name, value in self._stack.sql(BETWEEN, ids=self._ids)[0].items()},
            "vendor_requests": asked,
        }

    def _look(self) -> bool:
        rows = self._stack.sql(STATES, ids=self._ids)
        self._states = {row["state"]: row["n"] for row in rows}
        self.most_waiting = max(self.most_waiting, self._states.get("waiting", 0))
        self.most_held = max(self.most_held, rows[0]["held"])
        self.worker_rss_mb = max(self.worker_rss_mb, _rss_mb(self._worker_pid))
        return sum(n for state, n in self._states.items() if state in FINAL) == len(self._ids)


def _rss_mb(pid: int) -> float:
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:", 1)[1].split()
    return int(fields[0]) / 1024


def _vendor_url(stack: Stack) -> str:
    """Find the vendor by the address that its process was given."""
    words = Path(f"/proc/{stack.parts()['vendor']}/cmdline").read_bytes().split(b"\0")
    return f"http://127.0.0.1:{int(words[words.index(b'--port') + 1])}"
