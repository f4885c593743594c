"""What an image holds beside our own code, from the lock file, and how large that is, measured on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from mill.images.dockerfile import Image

_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)", re.MULTILINE)
_LEFT_OUT = ".rlib"
"""As ``install-image`` leaves it out."""


class Held(NamedTuple):
    """One distribution of others in an image."""

    name: str
    version: str
    bytes: int


def locked(root: Path, packages: Iterable[str], extras: Iterable[str] = ()) -> dict[str, str]:
    """Give the name and version of everything of others that the lock file says members with extras need."""
    words = [word for package in packages for word in ("--package", package)]
    words += [word for extra in extras for word in ("--extra", extra)]
    plain = ["--no-hashes", "--no-annotate", "--no-header", "--no-emit-workspace", "--no-dev", "--frozen", "--quiet"]
    said = subprocess.run(
        [uv(root), "export", "--project", root, *plain, *words], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return {found["name"]: found["version"] for found in _PINNED.finditer(said)}


def contents(image: Image, root: Path) -> dict[str, str]:
    """Give what an image holds of others, for whatever system."""
    return locked(root, [image.package, *(queue_packages(root) if image.with_queues else ())], image.extras)


def queue_packages(root: Path) -> list[str]:
    """Give the package of every queue."""
    manifests = root.glob("services/*/src/mediamill_media/*/queue.toml")
    return sorted(f"mediamill-queue-{manifest.parent.name}" for manifest in manifests)


def measured(found: dict[str, str]) -> list[Held]:
    """Give what of it is installed here with its size, the largest first; what is for other systems is left out."""
    held = [Held(name, version, size) for name, version in found.items() if (size := _bytes(name)) is not None]
    return sorted(held, key=lambda one: -one.bytes)


def uv(root: Path) -> str:
    """Give the uv that runs this, the checkout's own, or the one on the path."""
    own: Sequence[Path] = sorted(root.glob(".tools/uv-*/bin/uv"))
    return os.environ.get("UV") or (str(own[-1]) if own else shutil.which("uv") or "uv")


def _bytes(name: str) -> int | None:
    try:
        return _size(distribution(name))
    except PackageNotFoundError:
        return None


def _size(what: Distribution) -> int:
    paths = (Path(str(path.locate())) for path in what.files or () if not path.name.endswith(_LEFT_OUT))
    return sum(path.stat().st_size for path in paths if path.is_file())
