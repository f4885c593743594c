"""Jobs that do not move though they should: nothing holds them, nobody looks after them, or nobody may take them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, LiteralString

from sqlalchemy.exc import SQLAlchemyError

from mediamill.jobs.stranded import find_stranded, set_afloat
from mediamill.queues.manifest import BrokenManifest
from mediamill.queues.registry import Registry, discover
from mill.doctor.finding import Finding, Fix, fail, ok, warn
from mill.doctor.reach import database_of, idle, looking, settings_of
from mill.doctor.running import asked
from mill.stack.layout import Layout

STRANDED, CONDUCTOR, RUNS, LINES = "stranded", "conductor", "runs", "lines"
STRANDED_FOR_S = 60.0
OVERDUE_S = 120
LONG_S = 600
MARGIN_S = 120
_MOST, _TOLD = 1_000, 3

_OVERDUE: LiteralString = """
SELECT 'schedules' AS what, count(*) AS n FROM schedules
    WHERE action <> 'held' AND next_at < now() - interval '120 s'
UNION ALL SELECT 'predictions', count(*) FROM predictions WHERE next_at < now() - interval '120 s'
UNION ALL SELECT 'timers', count(*) FROM waits WHERE wake_at < now() - interval '120 s'
UNION ALL SELECT 'deadlines', count(*) FROM deadlines WHERE at < now() - interval '120 s'
UNION ALL SELECT 'webhooks', count(*) FROM webhook_deliveries WHERE due_at < now() - interval '120 s'
UNION ALL SELECT 'hand-overs', count(*) FROM leases
    WHERE worker_id IS NULL AND published_at < now() - interval '120 s'
      AND EXISTS (SELECT 1 FROM workers WHERE NOT draining AND leases.queue = ANY(workers.queues))
"""
_HELD: LiteralString = """
SELECT job_id::text, kind, extract(epoch FROM now() - claimed_at)::double precision FROM leases
WHERE worker_id IS NOT NULL ORDER BY claimed_at LIMIT 500
"""
_LINES: LiteralString = """
SELECT lines.queue, count(*), min(lines.run_at), bool_or(coalesce(queues.paused, false)),
    EXISTS (SELECT 1 FROM workers WHERE NOT draining AND lines.queue = ANY(workers.queues)),
    extract(epoch FROM now() - min(lines.run_at))::double precision
FROM lines LEFT JOIN queues ON queues.name = lines.queue
WHERE lines.run_at < now() - interval '600 s' GROUP BY lines.queue ORDER BY lines.queue
"""


def stranded(layout: Layout) -> Finding:
    """Are there jobs that nothing will ever move."""
    if (config := settings_of(layout)) is None:
        return idle(STRANDED)
    try:
        with looking(config) as connection:
            found = find_stranded(connection, STRANDED_FOR_S, _MOST)
    except SQLAlchemyError as error:
        return warn(
            STRANDED, f"not looked at: {str(error).splitlines()[0]}", "Run 'mill migrate', or look again later."
        )
    if not found:
        return ok(STRANDED, "every job that has not ended is somewhere")
    plights = Counter(one.plight.value for one in found)
    told = "; ".join(f"{count} {plight}" for plight, count in plights.items())
    few = ", ".join(str(one.job_id) for one in found[:_TOLD])
    advice = (
        "Report it: this is a fault, or somebody deleted rows by hand. 'mill jobs trace ID' tells what came before."
    )
    return fail(STRANDED, f"{told}: {few}", advice).model_copy(update={"fix": AFLOAT.does})


def _set_afloat(layout: Layout) -> str:
    if (config := settings_of(layout)) is None:
        return "nothing: there is no database"
    with database_of(config) as db, db.unit_of_work() as connection:
        return f"{set_afloat(connection, find_stranded(connection, STRANDED_FOR_S, _MOST))} jobs are back in line"


AFLOAT = Fix("Put these jobs back in line; what they did is not done again", _set_afloat)


def conductor(layout: Layout) -> Finding:
    """Does somebody do what is due: any conductor does it within seconds."""
    rows = asked(layout, CONDUCTOR, _OVERDUE)
    if isinstance(rows, Finding):
        return rows
    late = [f"{count} {what}" for what, count in rows if count]
    if not late:
        return ok(CONDUCTOR, "nothing that is due was left for two minutes")
    advice = f"See whether a conductor runs, and read its log ({layout.log('conductor')})."
    return fail(CONDUCTOR, f"overdue for {OVERDUE_S} s: {', '.join(late)}", advice)


def runs(layout: Layout) -> Finding:
    """Does a run take longer than its kind may."""
    rows = asked(layout, RUNS, _HELD)
    if isinstance(rows, Finding):
        return rows
    try:
        late = [*_over_their_limit(rows, discover())]
    except BrokenManifest as error:
        return fail(RUNS, str(error), "Mend its queue.toml.")
    if late:
        advice = "Their workers should have ended them: restart those workers, the jobs go on elsewhere."
        return fail(RUNS, "; ".join(late[:_TOLD]), advice)
    return ok(RUNS, f"{len(rows)} under way, none beyond its limit")


def _over_their_limit(rows: Sequence[tuple[Any, ...]], registry: Registry) -> Iterator[str]:
    for job_id, kind, seconds in rows:
        known = registry.kinds.get(kind)
        limit_s = known.manifest.hard_time_limit_s if known is not None else seconds
        if seconds > limit_s + MARGIN_S:
            yield f"{kind} {job_id} for {seconds / 60:.0f} min, its limit is {limit_s / 60:.0f}"


def lines(layout: Layout) -> Finding:
    """Has somebody been in line for long, and why."""
    rows = asked(layout, LINES, _LINES)
    if isinstance(rows, Finding):
        return rows
    if not rows:
        return ok(LINES, f"nobody has been in line for {LONG_S / 60:.0f} min")
    told = [_of_line(*row) for row in rows]
    nobody = [row[0] for row in rows if not row[4] and not row[3]]
    if nobody:
        return fail(LINES, "; ".join(told), f"Start a worker: 'mill worker --queues {','.join(nobody)}'.")
    return warn(LINES, "; ".join(told), "Add workers, or see who is in line: 'mill queues', 'mill jobs show ID'.")


def _of_line(queue: str, jobs: int, _: datetime, is_paused: bool, is_served: bool, seconds: float) -> str:  # noqa: FBT001  # a row
    why = (
        "the queue is paused"
        if is_paused
        else "its workers are busy, or a limit holds them"
        if is_served
        else "nobody serves it"
    )
    return f"{queue}: {jobs} for up to {seconds / 60:.0f} min, {why}"
