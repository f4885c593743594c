"""The rules of a queue: its objectives, recorded and watched, and what else is wrong when it stands still."""

from __future__ import annotations

from typing import Any

from mediamill.queues.manifest import Manifest
from mediamill.telemetry.metrics import USER_FAULTS
from mill.manifests.objectives import Objective, burns, recordings
from mill.manifests.text import as_yaml

RUNBOOKS = "deploy/runbooks"
STALLED_AFTER = 5
"""A queue stands still when its oldest runnable job is this many target backlogs old."""


def runbook(alert: str) -> str:
    """Give the page that tells what to do about an alert."""
    return f"{RUNBOOKS}/{alert}.md"


def rules(manifest: Manifest) -> str:
    """Write ``deploy/prometheus/rules/queue-<name>.yml``."""
    name = manifest.queue.name
    objectives = (_success(manifest), _wait(manifest))
    recorded = [rule for objective in objectives for rule in recordings(objective)]
    owned = {"owners": ",".join(manifest.queue.owners)} if manifest.queue.owners else {}
    alerts = [rule for one in objectives for rule in burns(one, runbook(one.alert), owned)]
    alerts += [_stalled(manifest), _unclaimed(manifest), _at_max(manifest), _dying(manifest), _paused(manifest)]
    return as_yaml(
        {
            "groups": [
                {"name": f"mediamill-queue-{name}-ratios", "rules": recorded},
                {"name": f"mediamill-queue-{name}", "rules": alerts},
            ]
        }
    )


def _success(manifest: Manifest) -> Objective:
    name, target = manifest.queue.name, manifest.objectives.success
    faults = "|".join(USER_FAULTS)
    counted = 'sum by (queue) (rate(mediamill_jobs_finished_total{{queue="{0}",{1}}}[{{w}}]))'
    return Objective(
        "JobErrorBudgetBurn",
        "queue:mediamill_jobs_failed",
        counted.format(name, f'outcome=~"failed|timed_out",error_class!~"{faults}"'),
        counted.format(name, 'outcome!="canceled"'),
        target,
        f"More jobs of {name} fail than {target * 100:g} % success allow.",
        {"queue": name},
    )


def _wait(manifest: Manifest) -> Objective:
    name, wait_s, ratio = manifest.queue.name, manifest.objectives.wait_s, manifest.objectives.wait_ratio
    counted = 'sum by (queue) (rate(mediamill_job_queue_wait_seconds_{0}{{queue="{1}"{2}}}[{{w}}]))'
    all_ = counted.format("count", name, "")
    in_time = counted.format("bucket", name, f',le="{float(wait_s)}"')
    return Objective(
        "QueueWaitBudgetBurn",
        "queue:mediamill_jobs_late",
        f"({all_} - {in_time})",
        all_,
        ratio,
        f"Fewer than {ratio * 100:g} % of the jobs of {name} start within {wait_s:g} s.",
        {"queue": name},
    )


def _stalled(manifest: Manifest) -> dict[str, Any]:
    name, target = manifest.queue.name, manifest.scale.target_backlog_s
    age = f'max(mediamill_queue_oldest_runnable_age_seconds{{queue="{name}"}})'
    started = f'sum(increase(mediamill_job_queue_wait_seconds_count{{queue="{name}"}}[10m]))'
    return _alert(
        "QueueStalled",
        manifest,
        f"{age} > {target * STALLED_AFTER:g} and {started} == 0",
        "5m",
        "page",
        f"A job of {name} could have run for {target * STALLED_AFTER:g} s, and none has started for ten minutes.",
    )


def _unclaimed(manifest: Manifest) -> dict[str, Any]:
    name = manifest.queue.name
    return _alert(
        "DeliveriesUnclaimed",
        manifest,
        f'max(mediamill_queue_oldest_unclaimed_age_seconds{{queue="{name}"}}) > 30',
        "5m",
        "ticket",
        f"Deliveries of {name} are published and no worker claims them: the wire loses them.",
    )


def _at_max(manifest: Manifest) -> dict[str, Any]:
    name, most = manifest.queue.name, manifest.scale.max * manifest.worker.concurrency
    return _alert(
        "QueueAtMaxWorkers",
        manifest,
        f'sum(mediamill_queue_wanted_slots{{queue="{name}"}}) > {most}',
        "15m",
        "ticket",
        f"{name} has more work than its {manifest.scale.max} workers at most do in time.",
    )


def _dying(manifest: Manifest) -> dict[str, Any]:
    name = manifest.queue.name
    return _alert(
        "LeaseExpiryStorm",
        manifest,
        f'sum(increase(mediamill_job_attempts_total{{queue="{name}",reason="lease_expired"}}[10m])) > 10',
        "0m",
        "page",
        f"Workers of {name} die with jobs in their hands.",
    )


def _paused(manifest: Manifest) -> dict[str, Any]:
    name = manifest.queue.name
    return _alert(
        "QueuePausedLong",
        manifest,
        f'max(mediamill_queue_paused{{queue="{name}"}}) == 1',
        "1h",
        "ticket",
        f"{name} has been paused for an hour: jobs are accepted and none begins.",
    )


def _alert(alert: str, manifest: Manifest, expr: str, wait: str, severity: str, summary: str) -> dict[str, Any]:
    labels = {"severity": severity, "queue": manifest.queue.name}
    if manifest.queue.owners:
        labels["owners"] = ",".join(manifest.queue.owners)
    return {
        "alert": alert,
        "expr": expr,
        "for": wait,
        "labels": labels,
        "annotations": {"summary": summary, "runbook_url": runbook(alert)},
    }
