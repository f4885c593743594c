"""What must be true after a run, proved from the database, the bill and the marks."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from mediamill.budgets.audit import DRIFT
from mediamill.providers.hooks import effect_of
from mediamill_testing.chaos.site import MARK
from mediamill_testing.chaos.storm import Chaos
from mediamill_testing.chaos.watch import Watch

FINAL = ("succeeded", "failed", "canceled")
ROOTS = "SELECT id, kind, state, error FROM jobs WHERE parent_id IS NULL"
WITHOUT_END = "SELECT id, kind, state, delivery, parent_id FROM jobs WHERE NOT state = ANY(%(final)s)"
FAILED = "SELECT id, kind, attempt, crashes, error FROM jobs WHERE state = 'failed'"
GAPS = """
SELECT jobs.id, jobs.seq, count(*) AS events, min(events.seq) AS first, max(events.seq) AS last
FROM jobs JOIN events ON events.job_id = jobs.id
GROUP BY jobs.id HAVING count(*) <> jobs.seq OR min(events.seq) <> 1 OR max(events.seq) <> jobs.seq
"""
ENDS = """
SELECT jobs.id, jobs.state, array_agg(events.type ORDER BY events.seq) AS told
FROM jobs JOIN events ON events.job_id = jobs.id GROUP BY jobs.id
"""
CHILDREN = """
SELECT parent.id, parent.state, (parent.input ->> 'n')::int AS n, count(child.id) AS children
FROM jobs parent LEFT JOIN jobs child ON child.parent_id = parent.id
WHERE parent.kind = 'test.fanout' GROUP BY parent.id
"""
OPEN_STEPS = """
SELECT steps.job_id, steps.ordinal FROM steps JOIN jobs ON jobs.id = steps.job_id
WHERE jobs.state = 'succeeded' AND steps.state <> 'done'
"""
ROLLED = """
SELECT jobs.id, jobs.generation, array_agg((steps.result ->> 'value')::int) AS ran FROM jobs
JOIN steps ON steps.job_id = jobs.id AND steps.type = 'step' WHERE jobs.kind = 'test.roll' GROUP BY jobs.id
"""
UNASKED = "SELECT * FROM predictions WHERE next_at IS NOT NULL LIMIT 20"
BOOKED = """
SELECT job_id, ordinal, sum(CASE type WHEN 'settle' THEN amount ELSE -amount END) AS amount
FROM ledger WHERE type IN ('settle', 'refund') GROUP BY job_id, ordinal
"""
FINISHED = "SELECT job_id, ordinal, finished_at FROM steps WHERE state = 'done'"
LATE = """
SELECT jobs.id FROM jobs JOIN deadlines ON deadlines.job_id = jobs.id
WHERE coalesce(jobs.finished_at, now()) > deadlines.at
"""


def no_job_lost(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """Every accepted job is there and has ended."""
    there = {row["id"] for row in chaos.site.sql(ROOTS)}
    yield from (f"{job} was accepted and is not there" for job in set(chaos.workload.orders) - there)
    for row in chaos.site.sql(WITHOUT_END, final=list(FINAL)):
        yield f"{row['kind']} {row['id']} is still {row['state']} at delivery {row['delivery']}"


def no_job_twice(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """No order made two jobs."""
    there = {row["id"] for row in chaos.site.sql(ROOTS)}
    yield from (f"{job} was made by nobody's order" for job in there - set(chaos.workload.orders))


def no_job_failed(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """No fault of ours is a failure of a job; only what was cancelled is cancelled."""
    for row in chaos.site.sql(FAILED):
        yield f"{row['kind']} {row['id']} failed after {row['attempt']} attempts: {row['error']}"
    for row in chaos.site.sql(ROOTS):
        if row["state"] == "canceled" and row["id"] not in chaos.workload.canceled:
            yield f"{row['kind']} {row['id']} was canceled by nobody"


def events_without_gap(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """Events are numbered from one to the job's last."""
    for row in chaos.site.sql(GAPS):
        yield f"{row['id']} has {row['events']} events from {row['first']} to {row['last']}, and seq {row['seq']}"


def one_end_each(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """A job ends once, and nothing is told after its end."""
    ends = {f"job.{state}" for state in FINAL}
    for row in chaos.site.sql(ENDS):
        told = [event for event in row["told"] if event in ends]
        if row["state"] in FINAL and (told != [f"job.{row['state']}"] or row["told"][-1] not in ends):
            yield f"{row['id']} is {row['state']} and told {row['told']}"


def billed_once(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """Every purchase is on the bill once, and every job that succeeded bought."""
    sales = chaos.site.vendor.sales()
    yield from (f"{key} was billed {times} times" for key, times in sales.items() if times > 1)
    for row in chaos.site.sql(ROOTS):
        bought = sales[f"{row['id']}:0"]
        if row["kind"] in {"test.wait", "test.buy"} and row["state"] == "succeeded" and bought != 1:
            yield f"{row['id']} succeeded and was billed {bought} times"


def ledger_is_the_bill(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """Every purchase has cost its tenant what the vendor bills for it, and the balances are what the ledger says."""
    billed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for sale in chaos.site.vendor.bill.sales():
        billed[":".join((effect_of(sale.webhook) or "").split(":")[:2])] += sale.billed
    booked = {f"{row['job_id']}:{row['ordinal']}": row["amount"] for row in chaos.site.sql(BOOKED)}
    for key in sorted(billed.keys() | booked.keys()):
        if billed[key] != booked.get(key, 0):
            yield f"{key}: the vendor bills {billed[key]}, the ledger says {booked.get(key, 0)}"
    yield from (f"the balances drift: {_short(row)}" for row in chaos.site.sql(DRIFT))


def no_step_repeated(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """A step that was written down stays as it was, and leaves no mark after that."""
    yield from watch.changed
    yield from (f"step {row['ordinal']} of {row['job_id']} has no result" for row in chaos.site.sql(OPEN_STEPS))
    finished = {(row["job_id"], row["ordinal"]): row["finished_at"] for row in chaos.site.sql(FINISHED)}
    for mark in chaos.site.vendor.marks:
        at = finished.get((mark.job_id, mark.ordinal))
        if at is not None and mark.at > at:
            yield f"step {mark.ordinal} of {mark.job_id} was finished at {at} and done again at {mark.at}"
    yield from _unmarked(chaos)


def _unmarked(chaos: Chaos) -> Iterator[str]:
    marked: Counter[UUID] = Counter()
    for job, _ in {(mark.job_id, mark.ordinal) for mark in chaos.site.vendor.marks}:
        marked[job] += 1
    states = {row["id"]: row["state"] for row in chaos.site.sql(ROOTS)}
    for order in chaos.workload.orders.values():
        wanted = order.input.get("n", 0)
        if order.kind == "test.marks" and states.get(order.job_id) == "succeeded" and marked[order.job_id] != wanted:
            yield f"{order.job_id} succeeded with {marked[order.job_id]} of {wanted} marks"


def as_many_children_as_asked(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """A flow has each child once."""
    for row in chaos.site.sql(CHILDREN):
        if row["children"] > row["n"] or (row["state"] == "succeeded" and row["children"] != row["n"]):
            yield f"{row['id']} is {row['state']} with {row['children']} children of {row['n']}"


def one_generation_each(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """A job's journal is of one generation, the one that the job began with."""
    for row in chaos.site.sql(ROLLED):
        if set(row["ran"]) - {row["generation"]}:
            yield f"{row['id']} began with generation {row['generation']} and was run by {row['ran']}"


def assets_whole(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """What is an asset is in the store, to the last byte."""
    for row in chaos.site.sql("SELECT DISTINCT sha256, bytes FROM assets"):
        place = chaos.site.disk.folder / row["sha256"][:2] / row["sha256"][2:4] / row["sha256"]
        if not place.is_file():
            yield f"the bytes of {row['sha256']} are not there"
        elif hashlib.sha256(place.read_bytes()).hexdigest() != row["sha256"]:
            yield f"the bytes of {row['sha256']} are others"


def nothing_left_over(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """Nothing is in line, under way or set aside, no vendor is to be asked, and nobody is past a deadline."""
    for table in ("lines", "leases", "waits", "reservations", "holds"):
        for row in chaos.site.sql(f"SELECT * FROM {table} LIMIT 20"):  # noqa: S608  # one of five names
            yield f"left in {table}: {_short(row)}"
    for row in chaos.site.sql(UNASKED):
        yield f"left in predictions: {_short(row)}"
    yield from (f"{row['id']} is past its deadline" for row in chaos.site.sql(LATE))


def pickles_refused(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """Nobody read the pickle."""
    if chaos.forger.canary.exists():
        yield "a pickle from the broker was read"


def nobody_ended_unasked(chaos: Chaos, watch: Watch) -> Iterator[str]:
    """No process died of what it was sent, and each that was told to end did."""
    for left in chaos.fleet.exits:
        yield f"{left.role} {left.pid} {left.why} with {left.code} at {left.at.time()}"


PROOFS: tuple[Callable[[Chaos, Watch], Iterator[str]], ...] = (
    no_job_lost,
    no_job_twice,
    no_job_failed,
    events_without_gap,
    one_end_each,
    billed_once,
    ledger_is_the_bill,
    no_step_repeated,
    as_many_children_as_asked,
    one_generation_each,
    assets_whole,
    nothing_left_over,
    pickles_refused,
    nobody_ended_unasked,
)


def orphans(folder: Path) -> list[str]:
    """Give every process that still carries the run's mark, but for its servers."""
    mark, found = f"{MARK}={folder}".encode(), []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(f"{entry.name}: {(entry / 'cmdline').read_bytes().replace(bytes(1), b' ').decode()}")
        except OSError:
            continue
    return found


def _short(row: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items() if value is not None)
