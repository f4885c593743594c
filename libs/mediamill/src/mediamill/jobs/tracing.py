"""The spans of a job, as every process names them without asking another.

A job's row holds the context that it was accepted in. The spans of its hand-overs and runs are named by the job and the
delivery, so a run knows its hand-over, the next run knows the one before, and the sweep writes down the run of a dead
worker under the very name that its steps refer to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from mediamill.db.prepared import Prepared
from mediamill.telemetry import traces
from mediamill.telemetry.traces import Context, Kind, Link, Untraced, Value

_EARLIER = text("""
SELECT type, at, data FROM events
WHERE job_id = :job_id AND seq < :seq
  AND type IN ('job.started', 'job.waiting', 'job.woken', 'job.handed_back', 'job.retrying')
ORDER BY seq DESC LIMIT 4
""")


class Handed(NamedTuple):
    """A job in the hands of a run, or on its way there, and the context that it was accepted in."""

    job_id: UUID
    delivery: int
    queue: str
    kind: str
    """Empty where it is not at hand."""
    traceparent: str | None

    def context(self) -> Context | None:
        """Give the context that it was accepted in."""
        return traces.read(self.traceparent)

    def attributes(self, operation: str) -> dict[str, Value]:
        """Say what is done with which job."""
        return {
            "messaging.system": "mediamill",
            "messaging.operation.type": operation,
            "messaging.destination.name": self.queue,
            "messaging.message.id": str(self.job_id),
            "mediamill.delivery": self.delivery,
            **({"mediamill.kind": self.kind} if self.kind else {}),
        }

    def handing_over(self, began_ns: int) -> Untraced:
        """Begin the span of its hand-over."""
        return traces.span_below(
            self.context(),
            f"dispatch {self.queue}",
            Kind.PRODUCER,
            self.attributes("send"),
            span_id=_span_id("dispatch", self.job_id, self.delivery),
            began_ns=began_ns,
        )

    def run(self, *, links: Sequence[Link] = (), began_ns: int | None = None) -> Untraced:
        """Begin the span of its run, below that of its hand-over."""
        accepted = self.context()
        above = accepted and accepted.child(_span_id("dispatch", self.job_id, self.delivery))
        return traces.span_below(
            above,
            f"run {self.kind}",
            Kind.CONSUMER,
            self.attributes("process"),
            span_id=_span_id("run", self.job_id, self.delivery),
            began_ns=began_ns,
            links=links,
        )

    def run_context(self) -> Context | None:
        """Give the context of its run."""
        accepted = self.context()
        return accepted and accepted.child(_span_id("run", self.job_id, self.delivery))


def write_lost(handed: Handed, claimed_at: datetime) -> None:
    """Write down the run of a dead worker, which cannot do so itself any more."""
    lost = handed.run(began_ns=in_ns(claimed_at))
    lost.set({"mediamill.outcome": "lost"})
    lost.fail("worker_lost")
    lost.end()


def earlier(job_id: UUID, seq: int) -> Prepared:
    """Give what came of a job's run before the one whose event has this number, latest first."""
    return Prepared(_EARLIER, {"job_id": job_id, "seq": seq})


def links_to_earlier(handed: Handed, told: Sequence[Any]) -> list[Link]:
    """Link a run to the one before it, if there was one, and say why that one did not end the job."""
    before = next((row for row in told if row.type == "job.started"), None)
    context = handed.context()
    if before is None or context is None:
        return []
    ending = next((row for row in reversed(told) if row.at >= before.at and row is not before), None)
    lost = handed._replace(delivery=int(before.data["delivery"]))
    return [Link(context.child(_span_id("run", lost.job_id, lost.delivery)), _why(ending))]


def write_wait(handed: Handed, told: Sequence[Any]) -> None:
    """Write down the wait that a run was woken from, as long as it was."""
    woken = next((row for row in told if row.type == "job.woken"), None)
    parked = next((row for row in told if row.type == "job.waiting"), None)
    if woken is None or parked is None or woken is not told[0]:
        return
    reason = str(parked.data.get("reason", ""))
    wait = traces.span_below(
        handed.context(),
        f"wait {reason}",
        Kind.INTERNAL,
        {"mediamill.wait.reason": reason, "messaging.message.id": str(handed.job_id)},
        span_id=_span_id("wait", handed.job_id, handed.delivery),
        began_ns=in_ns(parked.at),
    )
    wait.end(in_ns(woken.at))


def in_ns(at: datetime) -> int:
    """Give a time in nanoseconds since 1970."""
    return int(at.timestamp() * 1_000_000) * 1000


def _why(ending: Any | None) -> str:
    if ending is None:
        return "before"
    reason = str(ending.data.get("reason", ""))
    return f"{ending.type.removeprefix('job.')} {reason}".strip()


def _span_id(what: str, job_id: UUID, delivery: int) -> int:
    named = blake2b(job_id.bytes + delivery.to_bytes(8, "big"), digest_size=8, person=what.encode())
    return int.from_bytes(named.digest(), "big") or 1
