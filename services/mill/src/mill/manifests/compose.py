"""The compose services: one worker a queue, on the base that ``deploy/compose/worker.yml`` gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mediamill.queues.manifest import LOCAL, Manifest
from mill.manifests.text import as_yaml

RENDERS_FROM_CPU = 2.0
"""A queue whose worker asks for so many cores renders: the profile ``gpu`` has a worker with a GPU for it too."""

WAITS_FOR = {
    "migrate": {"condition": "service_completed_successfully"},
    "redis": {"condition": "service_healthy"},
    "bucket": {"condition": "service_completed_successfully"},
}
"""Not in the base, since compose does not pass it on."""


def services(manifests: Iterable[Manifest]) -> str:
    """Write ``deploy/compose/queues.yml``, whose paths are relative to its own folder."""
    found: dict[str, Any] = {}
    for manifest in manifests:
        name = f"worker-{manifest.queue.name}"
        found[name] = _service(manifest)
        if manifest.resources.cpu >= RENDERS_FROM_CPU:
            found[f"{name}-gpu"] = _service(manifest) | {"extends": _base("gpu"), "profiles": ["gpu"]}
    return as_yaml({"services": found})


def _service(manifest: Manifest) -> dict[str, Any]:
    name = manifest.queue.name
    return {
        "extends": _base("worker"),
        "image": f"mediamill-queue-{name}:${{MEDIAMILL_VERSION:-dev}}",
        "build": {
            "context": "../..",
            "dockerfile": f"services/{name}/Dockerfile",
            "additional_contexts": {"mediamill-build": "service:build", "mediamill-run": "service:run"},
        },
        "profiles": ["core"],
        "env_file": [{"path": f"secrets/{circle}.env", "required": False} for circle in _circles(manifest)],
        "networks": _networks(manifest),
        "depends_on": WAITS_FOR,
        "deploy": {
            "replicas": max(1, manifest.scale.min),
            "resources": {
                "limits": {"memory": f"{manifest.resources.memory_mb}M", "pids": 512},
                "reservations": {"cpus": str(manifest.resources.cpu)},
            },
        },
    }


def _base(service: str) -> dict[str, str]:
    return {"file": "worker.yml", "service": service}


def _circles(manifest: Manifest) -> list[str]:
    """Give the files of secrets that its workers may read; see ``deploy/compose/secrets``."""
    kinds = manifest.kinds.values()
    vendors = any(provider != LOCAL for kind in kinds for provider in kind.providers)
    signs = any(kind.making for kind in kinds)
    return ["everyone", *(["vendors"] if vendors else []), *(["signer"] if signs else []), manifest.queue.name]


def _networks(manifest: Manifest) -> dict[str, Any]:
    """Every worker answers to ``workers``, by which it is scraped; only one whose manifest names hosts gets out."""
    inside = {"inside": {"aliases": ["workers"]}}
    return {**inside, "outside": {}} if manifest.network.egress else inside
