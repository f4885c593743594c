"""Many waits at once on a stack: posting them, watching what they hold, and how late each woke."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import httpx

from mediamill_testing.stacks import FINAL, Stack, until

BATCH = 500
LOOK_EVERY_S = 1
MOMENTS = ("woken", "went_on", "ended")

STATES = """
SELECT state, count(*)::int AS n, (
    SELECT count(*)::int FROM leases JOIN jobs AS leased ON leased.id = leases.job_id WHERE leased.state = 'waiting'
) AS held
FROM jobs WHERE id = ANY(%(ids)s) GROUP BY state
"""
LOOKED = "SELECT max(polls)::int AS most_looks FROM predictions WHERE job_id = ANY(%(ids)s)"
LAGS = """
WITH woken AS (
    SELECT job_id, min(seq) AS seq, min(at) AS at FROM events
    WHERE job_id = ANY(%(ids)s) AND type = 'job.woken' GROUP BY job_id
)
SELECT predictions.vendor_id, extract(epoch FROM woken.at)::double precision AS woken,
    extract(epoch FROM went_on.at)::double precision AS went_on,
    extract(epoch FROM ended.at)::double precision AS ended
FROM woken JOIN predictions USING (job_id)
JOIN events AS went_on ON went_on.job_id = woken.job_id AND went_on.seq = woken.seq + 1
JOIN events AS ended ON ended.job_id = woken.job_id AND ended.type = 'job.succeeded'
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


def end_predictions(stack: Stack) -> None:
    """Have the stack's vendor end now what it is making, and tell of it."""
    httpx.put(f"{_vendor_url(stack)}/ends", timeout=10).raise_for_status()


def bill_of(stack: Stack) -> dict[str, Any]:
    """Give what the stack's vendor has sold: the key of each sale, the total, and what it was asked for."""
    return dict(httpx.get(f"{_vendor_url(stack)}/bill", timeout=60).json())


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

    def parked_after_s(self) -> float:
        """Tell how long it took from the first post until all waited."""
        return float(self._stack.sql(BETWEEN, ids=self._ids)[0]["parked_after_s"])

    def lags_ms(self) -> dict[str, dict[str, int]]:
        """Give how long after its prediction's end, by the vendor's clock, each job was woken, went on, and had ended.

        It was woken when it was in line again, and went on when a worker ran its code.
        """
        ends = bill_of(self._stack)["ends_at"]
        rows = self._stack.sql(LAGS, ids=self._ids)
        return {name: _spread_ms([row[name] - ends[row["vendor_id"]] for row in rows]) for name in MOMENTS}

    def figures(self) -> dict[str, Any]:
        """Give what was seen."""
        bill = bill_of(self._stack)
        return {
            "succeeded": self.succeeded,
            "most_waiting": self.most_waiting,
            "leases_of_waiting_jobs": self.most_held,
            "worker_rss_mb": {"before": round(self.idle_rss_mb, 1), "most": round(self.worker_rss_mb, 1)},
            "most_looks": self.most_looks(),
            "after_the_end_ms": self.lags_ms(),
            **{name: round(value, 2) for name, value in self._stack.sql(BETWEEN, ids=self._ids)[0].items()},
            "vendor_requests": bill["asked"],
        }

    def _look(self) -> bool:
        rows = self._stack.sql(STATES, ids=self._ids)
        self._states = {row["state"]: row["n"] for row in rows}
        self.most_waiting = max(self.most_waiting, self._states.get("waiting", 0))
        self.most_held = max(self.most_held, rows[0]["held"])
        self.worker_rss_mb = max(self.worker_rss_mb, _rss_mb(self._worker_pid))
        return sum(n for state, n in self._states.items() if state in FINAL) == len(self._ids)


def _spread_ms(seconds: list[float]) -> dict[str, int]:
    cuts = statistics.quantiles(seconds, n=100)
    return {name: round(s * 1000) for name, s in (("p50", cuts[49]), ("p99", cuts[98]), ("max", max(seconds)))}


def _rss_mb(pid: int) -> float:
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:", 1)[1].split()
    return int(fields[0]) / 1024


def _vendor_url(stack: Stack) -> str:
    """Find the vendor by the address that its process was given."""
    words = Path(f"/proc/{stack.parts()['vendor']}/cmdline").read_bytes().split(b"\0")
    return f"http://127.0.0.1:{int(words[words.index(b'--port') + 1])}"
