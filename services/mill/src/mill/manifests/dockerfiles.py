"""What the house wants of an image, read from its Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mediamill.queues.manifest import Manifest


def complaints(manifest: Manifest, root: Path) -> Iterator[str]:
    """Tell what is wrong with the Dockerfile of a queue; nothing is said when all is well."""
    name = manifest.queue.name
    path = root / "services" / name / "Dockerfile"
    if not path.is_file():
        yield f"services/{name}/Dockerfile: is missing"
        return
    for what, found in _wanted(name).items():
        if not found.search(path.read_text("utf-8")):
            yield f"services/{name}/Dockerfile: {what}"


def _wanted(name: str) -> dict[str, re.Pattern[str]]:
    return {
        "does not install its own queue only": re.compile(rf"install-image mediamill-queue-{name} worker\b"),
        "does not build in one stage and run in another": re.compile(r"^FROM .*\n(.*\n)*FROM ", re.MULTILINE),
        "runs as root": re.compile(r"^USER (?!root|0\b)", re.MULTILINE),
        "has no exec-form ENTRYPOINT under an init, so SIGTERM would not arrive": re.compile(
            r'^ENTRYPOINT \["tini", "--", ', re.MULTILINE
        ),
        "has no HEALTHCHECK": re.compile(r"^HEALTHCHECK ", re.MULTILINE),
        "has no label that names it": re.compile(rf'image\.title="mediamill-queue-{name}"'),
    }
