"""The generated files: all of them at once, what differs on disk, and writing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mediamill.queues.manifest import Manifest
from mill.manifests import boards, compose, grafana, helm, platform, prometheus

Files = Mapping[PurePosixPath, str]
OWNED = ("deploy/grafana/queue-*.json", "deploy/prometheus/rules/queue-*.yml")
"""Files that exist only because a queue does; one without a queue is removed."""

_ONE_FOR_ALL: Mapping[PurePosixPath, Callable[[Iterable[Manifest]], str]] = {
    PurePosixPath("k8s/mediamill/values.queues.yaml"): helm.values,
    PurePosixPath("k8s/mediamill/values.schema.json"): helm.schema,
    PurePosixPath("deploy/compose/queues.yml"): compose.services,
    PurePosixPath("deploy/prometheus/rules/platform.yml"): platform.rules,
    **{PurePosixPath(f"deploy/grafana/{name}.json"): write for name, write in boards.BOARDS.items()},
}


class Drift(NamedTuple):
    """One file that is not what the manifests say."""

    path: PurePosixPath
    what: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def render(manifests: Iterable[Manifest]) -> Files:
    """Give every generated file by its path from the root; the same manifests give the same bytes."""
    queues = sorted(manifests, key=lambda manifest: manifest.queue.name)
    files = {path: write(queues) for path, write in _ONE_FOR_ALL.items()}
    for manifest in queues:
        name = manifest.queue.name
        files[PurePosixPath(f"deploy/grafana/queue-{name}.json")] = grafana.dashboard(manifest)
        files[PurePosixPath(f"deploy/prometheus/rules/queue-{name}.yml")] = prometheus.rules(manifest)
    return files


def drift(root: Path, files: Files) -> Iterator[Drift]:
    """Tell which files under ``root`` are missing, stale or without a queue."""
    for path, text in files.items():
        there = root / path
        if not there.is_file():
            yield Drift(path, "is missing")
        elif there.read_text("utf-8") != text:
            yield Drift(path, "is not what the manifests say")
    for path in _orphans(root, files):
        yield Drift(path, "belongs to no queue")


def write(root: Path, files: Files) -> list[Drift]:
    """Make the files under ``root`` what the manifests say, and tell what was changed."""
    changed = list(drift(root, files))
    for path, _ in changed:
        there = root / path
        if path in files:
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text(files[path], "utf-8")
        else:
            there.unlink()
    return changed


def _orphans(root: Path, files: Files) -> Iterator[PurePosixPath]:
    for pattern in OWNED:
        for found in sorted(root.glob(pattern)):
            path = PurePosixPath(found.relative_to(root).as_posix())
            if path not in files:
                yield path
