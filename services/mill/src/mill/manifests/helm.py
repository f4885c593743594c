"""The chart's values: one entry a queue, over which its templates range, and the schema that knows no other queue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mediamill.queues.manifest import LOCAL, Manifest
from mill.manifests.chart_schema import schema_for
from mill.manifests.text import as_json, as_yaml


def values(manifests: Iterable[Manifest]) -> str:
    """Write ``k8s/mediamill/values.queues.yaml``."""
    return as_yaml({"queues": {manifest.queue.name: _queue(manifest) for manifest in manifests}})


def schema(manifests: Iterable[Manifest]) -> str:
    """Write ``k8s/mediamill/values.schema.json``, by which Helm refuses a name that nobody knows."""
    return as_json(schema_for([manifest.queue.name for manifest in manifests]))


def _queue(manifest: Manifest) -> dict[str, Any]:
    kinds = manifest.kinds.values()
    return {
        "summary": manifest.queue.summary,
        "owners": list(manifest.queue.owners),
        "replicas": {"min": manifest.scale.min, "max": manifest.scale.max},
        "targetBacklogSeconds": manifest.scale.target_backlog_s,
        "concurrency": manifest.worker.concurrency,
        "resources": {"cpu": f"{manifest.resources.cpu * 1000:.0f}m", "memory": f"{manifest.resources.memory_mb}Mi"},
        "vendors": sorted({provider for kind in kinds for provider in kind.providers if provider != LOCAL}),
        "signs": any(kind.making is not None for kind in kinds),
        "egress": list(manifest.network.egress),
    }
