"""A queue that is one new folder is in compose, on Kubernetes, on a dashboard and in the alerts, with no other edit."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mediamill.queues.manifest import read_manifest
from mediamill.queues.registry import TEST_QUEUE, discover
from mill.images.dockerfile import images
from mill.manifests.dockerfiles import complaints
from mill.manifests.files import render as written_files
from mill.manifests.files import write

ROOT = Path(__file__).parents[2]
OLD, NEW = "merge", "saga"
COPIED = ("k8s", "deploy", "docker-compose.yml")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with one more queue's folder, after ``make manifests``."""
    root = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        there = ROOT / name
        shutil.copytree(there, root / name, symlinks=True) if there.is_dir() else shutil.copy(there, root / name)
    folder = root / "services" / NEW
    shutil.copytree(ROOT / "services" / OLD, folder, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    (folder / "src/mediamill_media" / OLD).rename(folder / "src/mediamill_media" / NEW)
    manifest = folder / f"src/mediamill_media/{NEW}/queue.toml"
    for path in (manifest, folder / "Dockerfile", folder / "pyproject.toml"):
        path.write_text(re.sub(rf"\b{OLD}\b", NEW, path.read_text()))
    known = [queue.manifest for queue in discover().queues.values() if queue.name != TEST_QUEUE]
    write(root, written_files([*known, read_manifest(manifest)]))
    return root


def test_compose_starts_it(checkout: Path, compose: Callable[..., dict[str, Any]]) -> None:
    services = compose("core", root=checkout)["services"]

    assert services[f"worker-{NEW}"]["image"] == f"mediamill-queue-{NEW}:dev"
    assert services[f"worker-{NEW}"]["build"]["dockerfile"] == f"services/{NEW}/Dockerfile"


def test_kubernetes_runs_and_scales_it(checkout: Path, render: Callable[..., dict[tuple[str, str], Any]]) -> None:
    objects = render(f"queues.{NEW}.replicas.max=3", chart=checkout / "k8s/mediamill")

    assert {kind for kind, name in objects if name == f"worker-{NEW}"} == {
        "Deployment",
        "ScaledObject",
        "PodDisruptionBudget",
        "PodMonitor",
    }
    assert objects["ScaledObject", f"worker-{NEW}"]["spec"]["maxReplicaCount"] == 3
    assert ("PrometheusRule", f"queue-{NEW}") in objects
    assert ("ConfigMap", f"dashboard-queue-{NEW}") in objects


def test_it_has_a_dashboard_and_alerts(checkout: Path) -> None:
    board = checkout / f"deploy/grafana/queue-{NEW}.json"
    rules = checkout / f"deploy/prometheus/rules/queue-{NEW}.yml"

    assert NEW in board.read_text()
    assert NEW in rules.read_text()
    assert not (ROOT / board.relative_to(checkout)).exists()


def test_its_image_is_built_and_is_as_the_house_wants_it(checkout: Path) -> None:
    manifest = read_manifest(checkout / f"services/{NEW}/src/mediamill_media/{NEW}/queue.toml")

    assert [image.package for image in images(checkout)] == [f"mediamill-queue-{NEW}"]
    assert not list(complaints(manifest, checkout))
