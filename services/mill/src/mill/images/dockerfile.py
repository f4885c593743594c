"""A service's Dockerfile, read for what decides over the image: what it installs, how it starts, how it is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

WITH_QUEUES = "--with-queues"
INIT = ("tini", "--")
_INSTALLS = re.compile(r"^RUN .*\binstall-image (?P<words>[^\n&|;]+)$", re.MULTILINE)
_STARTS = re.compile(r"^ENTRYPOINT (?P<words>\[.*\])$", re.MULTILINE)
_IS_ASKED = re.compile(r"^HEALTHCHECK [^\n]*?(?:\\\n\s*)?CMD (?P<words>\[.*\])$", re.MULTILINE)


class BrokenDockerfile(ValueError):
    """A Dockerfile does not say what an image of ours says."""


class Image(NamedTuple):
    """One image: the package that it is for, its extras, and the commands that it runs."""

    folder: Path
    package: str
    extras: tuple[str, ...]
    with_queues: bool
    entrypoint: tuple[str, ...]
    healthcheck: tuple[str, ...]

    @property
    def install(self) -> tuple[str, ...]:
        """What ``install-image`` is told."""
        return (self.package, *self.extras, *((WITH_QUEUES,) if self.with_queues else ()))

    @property
    def command(self) -> tuple[str, ...]:
        """What runs under the init."""
        return self.entrypoint[len(INIT) :] if self.entrypoint[: len(INIT)] == INIT else self.entrypoint


def read_image(path: Path) -> Image:
    """Read one Dockerfile. Raises ``BrokenDockerfile`` with the file and the line that is missing."""
    text = path.read_text("utf-8")
    package, *words = _found(_INSTALLS, text, path, "RUN … install-image PACKAGE").split()
    return Image(
        path.parent,
        package,
        tuple(word for word in words if word != WITH_QUEUES),
        WITH_QUEUES in words,
        tuple(json.loads(_found(_STARTS, text, path, "ENTRYPOINT in exec form"))),
        tuple(json.loads(_found(_IS_ASKED, text, path, "HEALTHCHECK … CMD in exec form"))),
    )


def images(root: Path) -> Iterator[Image]:
    """Give the image of every service below ``root`` that has a Dockerfile, by name."""
    for path in sorted(root.glob("services/*/Dockerfile")):
        yield read_image(path)


def _found(pattern: re.Pattern[str], text: str, path: Path, what: str) -> str:
    match = pattern.search(text)
    if match is None:
        raise BrokenDockerfile(f"{path}: has no {what}")
    return match["words"]
