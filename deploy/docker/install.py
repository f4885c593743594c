#!/usr/bin/env python3
"""``install-image PACKAGE [EXTRA …] [--with-queues]``: put into an image what the lock says, and a bill of it.

It runs in the build stage of every image; the tests run it too, so that what they try is what an image would hold.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

BILL = "sbom.cdx.json"
"""Where in the environment the bill of materials lies, as CycloneDX 1.5."""

NEEDLESS = "*.rlib"
"""What wheels bring along that no running process reads: static libraries for other people's builds."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Install, thin out and write the bill."""
    parser = argparse.ArgumentParser(prog="install-image", description=__doc__)
    parser.add_argument("package", nargs="?", help="the workspace member that the image is for")
    parser.add_argument("extras", nargs="*", help="its extras")
    parser.add_argument("--with-queues", action="store_true", help="besides every queue's contracts, not the work")
    parser.add_argument("--of", type=Path, help="a service's folder: install what its Dockerfile says")
    asked = parser.parse_args(arguments)
    if asked.of is not None:
        return main(words_of(asked.of))

    environment = Path(os.environ["UV_PROJECT_ENVIRONMENT"])
    chosen = selection(asked.package, asked.extras, with_queues=asked.with_queues)
    anew = [word for name in members(Path()) for word in ("--refresh-package", name)]
    _uv("sync", "--quiet", "--no-editable", *anew, *chosen)
    for needless in environment.rglob(NEEDLESS):
        needless.unlink()
    bill = only_installed(json.loads(_uv("export", "--quiet", "--format", "cyclonedx1.5", *chosen)), environment)
    (environment / BILL).write_text(json.dumps(bill, indent=1) + "\n", "utf-8")
    return 0


def words_of(folder: Path) -> list[str]:
    """Give what the Dockerfile of a service tells this program. Raises ``SystemExit`` when it tells nothing."""
    path = folder / "Dockerfile"
    found = re.search(r"^RUN .*\binstall-image (.+)$", path.read_text("utf-8") if path.is_file() else "", re.MULTILINE)
    if found is None:
        sys.exit(f"{path}: there is no such file, or it has no RUN … install-image PACKAGE")
    return found[1].split()


def selection(package: str, extras: Sequence[str], *, with_queues: bool) -> list[str]:
    """Give uv's arguments for what the image holds."""
    packages = [package, *(queue_packages(Path()) if with_queues else ())]
    return [
        "--frozen",
        "--no-dev",
        *(word for name in packages for word in ("--package", name)),
        *(word for extra in extras for word in ("--extra", extra)),
    ]


def members(root: Path) -> Iterator[str]:
    """Give the packages of our own below ``root``: uv takes a wheel that it built of an older state for today's."""
    for project in sorted((*root.glob("libs/*/pyproject.toml"), *root.glob("services/*/pyproject.toml"))):
        yield tomllib.loads(project.read_text("utf-8"))["project"]["name"]


def queue_packages(root: Path) -> Iterator[str]:
    """Give the package of every queue below ``root``: a folder with a manifest is one."""
    for manifest in sorted(root.glob("services/*/src/mediamill_media/*/queue.toml")):
        yield f"mediamill-queue-{manifest.parent.name}"


def only_installed(bill: dict[str, Any], environment: Path) -> dict[str, Any]:
    """Take out what is for other systems, and what differs from build to build: the same lock gives the same bill."""
    there = {re.sub(r"[_.]+", "-", path.name.split("-")[0].lower()) for path in environment.rglob("*.dist-info")}
    kept = [part for part in bill["components"] if part["name"] in there]
    refs = {part["bom-ref"] for part in kept} | {bill["metadata"]["component"]["bom-ref"]}
    links = [
        {**link, "dependsOn": [ref for ref in link.get("dependsOn", ()) if ref in refs]}
        for link in bill["dependencies"]
        if link["ref"] in refs
    ]
    metadata = {key: value for key, value in bill["metadata"].items() if key != "timestamp"}
    told = {**bill, "metadata": metadata, "components": kept, "dependencies": links}
    told["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([kept, links]))}"
    return told


def _uv(verb: str, *words: str) -> str:
    program = os.environ.get("UV") or shutil.which("uv") or "uv"
    return subprocess.run([program, verb, *words], check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
