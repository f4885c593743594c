"""The dashboard of a queue, from its manifest."""

from __future__ import annotations

from mediamill.queues.manifest import Manifest
from mill.manifests.panels import RATE, Board, Panel, Query, graph, rendered
from mill.manifests.prometheus import runbook


def dashboard(manifest: Manifest) -> str:
    """Write ``deploy/grafana/queue-<name>.json``."""
    name = manifest.queue.name
    board = Board(
        f"mediamill-queue-{name}",
        f"Queue: {name}",
        manifest.queue.summary,
        [*_how_it_is(name), *_how_it_ends(name), *_how_long_it_takes(manifest)],
        ("mediamill", "queue"),
    )
    return rendered(board)


def _how_it_is(name: str) -> list[Panel]:
    here = f'queue="{name}"'
    return [
        graph(
            "Jobs by state",
            f"sum by (state) (mediamill_queue_jobs{{{here}}})",
            "{{state}}",
            "short",
            "How many jobs are in line, handed to the broker, running and parked.",
            runbook("QueueStalled"),
        ),
        graph(
            "Oldest runnable job",
            f"max(mediamill_queue_oldest_runnable_age_seconds{{{here}}})",
            "age",
            "s",
            "How long the job that has waited longest could have run already.",
            runbook("QueueStalled"),
        ),
        Panel(
            "Slots",
            (
                Query(f"sum(mediamill_queue_slots{{{here}}})", "of live workers"),
                Query(f"sum(mediamill_queue_wanted_slots{{{here}}})", "wanted"),
                Query(f'sum(mediamill_queue_jobs{{{here},state="running"}})', "busy"),
            ),
            "short",
            "What live workers can run at once, what would clear the backlog in time, and what is in use.",
            runbook("QueueAtMaxWorkers"),
        ),
        graph(
            "Backlog",
            f"sum(mediamill_queue_backlog_seconds{{{here}}})",
            "seconds of one slot",
            "s",
            "The work that could run and does not; the number by which workers are scaled.",
            runbook("QueueAtMaxWorkers"),
        ),
    ]


def _how_it_ends(name: str) -> list[Panel]:
    here = f'queue="{name}"'
    return [
        graph(
            "Finished",
            f"sum by (outcome) (rate(mediamill_jobs_finished_total{{{here}}}{RATE}))",
            "{{outcome}}",
            "ops",
            "Jobs that reach their end, by how they end.",
            runbook("JobErrorBudgetBurn"),
        ),
        graph(
            "Errors by class",
            f'sum by (error_class) (rate(mediamill_jobs_finished_total{{{here},outcome=~"failed|timed_out"}}{RATE}))',
            "{{error_class}}",
            "ops",
            "Why jobs fail; invalid, moderated and limits are the asker's own.",
            runbook("JobErrorBudgetBurn"),
        ),
        graph(
            "Why jobs get a run",
            f"sum by (reason) (rate(mediamill_job_attempts_total{{{here}}}{RATE}))",
            "{{reason}}",
            "ops",
            "A first run, a retry, a worker that died (lease_expired) or was stopped (drained).",
            runbook("LeaseExpiryStorm"),
        ),
    ]


def _how_long_it_takes(manifest: Manifest) -> list[Panel]:
    here, promised = f'queue="{manifest.queue.name}"', manifest.objectives
    return [
        Panel(
            "Wait in line",
            tuple(Query(_quantile(q, "job_queue_wait_seconds", here), f"p{q * 100:g}") for q in (0.5, 0.95)),
            "s",
            f"From being due to the first start; {promised.wait_s:g} s is promised to {promised.wait_ratio * 100:g} %.",
            runbook("QueueWaitBudgetBurn"),
        ),
        Panel(
            "Run time",
            (
                *(Query(_quantile(q, "job_run_seconds", here), f"p{q * 100:g}") for q in (0.5, 0.95)),
                Query(_quantile(0.95, "job_e2e_seconds", here), "p95 from acceptance"),
            ),
            "s",
            "From the first start to the end, with the time that jobs were parked; and from acceptance to the end.",
        ),
        Panel(
            "Error budget: how fast it burns",
            (
                Query(_burn(manifest, "mediamill_jobs_failed", 1 - promised.success), "failures"),
                Query(_burn(manifest, "mediamill_jobs_late", 1 - promised.wait_ratio), "late starts"),
            ),
            "short",
            "1 uses the budget up in 30 days, 14.4 in two days.",
            runbook("JobErrorBudgetBurn"),
        ),
    ]


def _quantile(quantile: float, metric: str, here: str) -> str:
    rate = f"sum by (le) (rate(mediamill_{metric}_bucket{{{here}}}{RATE}))"
    return f"histogram_quantile({quantile}, {rate}) >= 0 or vector(0)"


def _burn(manifest: Manifest, what: str, budget: float) -> str:
    return f'queue:{what}:ratio_rate1h{{queue="{manifest.queue.name}"}} / {budget:.6g}'
