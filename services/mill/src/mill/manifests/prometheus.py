"""The alert rules of a queue; each links to the page that tells what to do."""

from __future__ import annotations

from typing import Any

from mediamill.queues.manifest import Manifest
from mill.manifests.text import as_yaml

RUNBOOKS = "deploy/runbooks"
STALLED_AFTER = 5
"""A queue stands still when its oldest runnable job is this many target backlogs old."""


def rules(manifest: Manifest) -> str:
    """Write ``deploy/prometheus/rules/queue-<name>.yml``."""
    name = manifest.queue.name
    return as_yaml({"groups": [{"name": f"mediamill-queue-{name}", "rules": [_stalled(manifest), _failing(manifest)]}]})


def _stalled(manifest: Manifest) -> dict[str, Any]:
    name, target = manifest.queue.name, manifest.scale.target_backlog_s
    return _alert(
        "QueueStalled",
        manifest,
        expr=f'max(mediamill_queue_oldest_runnable_age_seconds{{queue="{name}"}}) > {target * STALLED_AFTER:g}',
        wait="10m",
        severity="page",
        summary=f"A job of {name} could have run for {target * STALLED_AFTER:g} s and does not start.",
    )


def _failing(manifest: Manifest) -> dict[str, Any]:
    name = manifest.queue.name
    failed = f'sum(rate(mediamill_jobs_finished_total{{queue="{name}",outcome="failed"}}[15m]))'
    ended = f'sum(rate(mediamill_jobs_finished_total{{queue="{name}",outcome!="canceled"}}[15m]))'
    return _alert(
        "QueueFailing",
        manifest,
        expr=f"{failed} / {ended} > 0.1",
        wait="5m",
        severity="ticket",
        summary=f"More than one in ten jobs of {name} fails.",
    )


def _alert(alert: str, manifest: Manifest, *, expr: str, wait: str, severity: str, summary: str) -> dict[str, Any]:
    labels = {"severity": severity, "queue": manifest.queue.name}
    if manifest.queue.owners:
        labels["owners"] = ",".join(manifest.queue.owners)
    return {
        "alert": alert,
        "expr": expr,
        "for": wait,
        "labels": labels,
        "annotations": {"summary": summary, "runbook_url": f"{RUNBOOKS}/{alert}.md"},
    }
