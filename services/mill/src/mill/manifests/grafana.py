"""The dashboard of a queue, in Grafana's own JSON."""

from __future__ import annotations

from typing import Any, NamedTuple

from mediamill.queues.manifest import Manifest
from mill.manifests.text import as_json

WIDTH, HEIGHT, PER_ROW = 12, 8, 2


class Panel(NamedTuple):
    """One graph: what it asks, how its lines are called, in which unit, and what a reader learns from it."""

    title: str
    expr: str
    legend: str
    unit: str
    description: str


def dashboard(manifest: Manifest) -> str:
    """Write ``deploy/grafana/queue-<name>.json``."""
    name = manifest.queue.name
    return as_json(
        {
            "uid": f"mediamill-queue-{name}",
            "title": f"Queue: {name}",
            "description": manifest.queue.summary,
            "tags": ["mediamill", "queue"],
            "schemaVersion": 42,
            "refresh": "30s",
            "time": {"from": "now-6h", "to": "now"},
            "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
            "panels": [_panel(number, panel) for number, panel in enumerate(_panels(name))],
        }
    )


def _panels(queue: str) -> list[Panel]:
    here = f'queue="{queue}"'
    return [
        Panel(
            "Jobs by state",
            f"sum by (state) (mediamill_queue_jobs{{{here}}})",
            "{{state}}",
            "short",
            "How many jobs wait, run and are parked.",
        ),
        Panel(
            "Oldest runnable job",
            f"max(mediamill_queue_oldest_runnable_age_seconds{{{here}}})",
            "age",
            "s",
            "How long the job that has waited longest could have run already.",
        ),
        Panel(
            "Finished",
            f"sum by (outcome) (rate(mediamill_jobs_finished_total{{{here}}}[$__rate_interval]))",
            "{{outcome}}",
            "ops",
            "Jobs that reach their end, by how they end.",
        ),
        Panel(
            "Worker slots",
            f"sum by (state) (mediamill_worker_slots{{{here}}})",
            "{{state}}",
            "short",
            "What the live workers could run at once.",
        ),
    ]


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, PER_ROW)
    source = {"type": "prometheus", "uid": "${datasource}"}
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.description,
        "datasource": source,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "datasource": source, "expr": panel.expr, "legendFormat": panel.legend}],
    }
