"""The compose services: one worker a queue, on the base that ``deploy/compose/worker.yml`` gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mediamill.queues.manifest import Manifest
from mill.manifests.text import as_yaml


def services(manifests: Iterable[Manifest]) -> str:
    """Write ``deploy/compose/queues.yml``, whose paths are relative to its own folder."""
    return as_yaml({"services": {f"worker-{manifest.queue.name}": _service(manifest) for manifest in manifests}})


def _service(manifest: Manifest) -> dict[str, Any]:
    name = manifest.queue.name
    return {
        "extends": {"file": "worker.yml", "service": "worker"},
        "image": f"mediamill-queue-{name}:${{MEDIAMILL_VERSION:-dev}}",
        "build": {
            "context": "../..",
            "dockerfile": f"services/{name}/Dockerfile",
            "additional_contexts": {"mediamill-build": "service:build", "mediamill-run": "service:run"},
        },
        "depends_on": {  # not in the base, since compose does not pass it on
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        },
        "deploy": {
            "replicas": max(1, manifest.scale.min),
            "resources": {
                "limits": {"memory": f"{manifest.resources.memory_mb}M"},
                "reservations": {"cpus": str(manifest.resources.cpu)},
            },
        },
    }
