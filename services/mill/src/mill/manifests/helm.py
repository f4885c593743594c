"""The chart's values: one entry a queue, over which its Deployment template ranges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mediamill.queues.manifest import Manifest
from mill.manifests.text import as_yaml


def values(manifests: Iterable[Manifest]) -> str:
    """Write ``k8s/mediamill/values.queues.yaml``."""
    return as_yaml({"queues": {manifest.queue.name: _queue(manifest) for manifest in manifests}})


def _queue(manifest: Manifest) -> dict[str, Any]:
    return {
        "summary": manifest.queue.summary,
        "owners": list(manifest.queue.owners),
        "replicas": {"min": manifest.scale.min, "max": manifest.scale.max},
        "targetBacklogSeconds": manifest.scale.target_backlog_s,
        "resources": {"cpu": f"{manifest.resources.cpu * 1000:.0f}m", "memory": f"{manifest.resources.memory_mb}Mi"},
        "egress": list(manifest.network.egress),
    }
