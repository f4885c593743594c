"""Scripts for npm clients, where node and npm are at hand: they are installed once, in the versions named here.

``MEDIAMILL_NODE_MODULES`` names a folder that has them already; else they go into ``.tools/npm`` of the checkout.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CLIENTS = {
    "openai": "7.59.0",
    "replicate": "1.4.0",
    "ai": "7.0.173",
    "@ai-sdk/openai": "4.0.118",
    "@ai-sdk/replicate": "3.0.46",
}
"""What is installed, so that a test does not change because somebody published something."""

NODE, NPM = shutil.which("node"), shutil.which("npm")
GIVEN = os.environ.get("MEDIAMILL_NODE_MODULES", "")
INSTALL_S = 240
_QUIET = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


def told_by(script: Path, package: str, base_url: str, key: str) -> dict[str, Any]:
    """Run a script that uses a package, and give what it printed. Skips the test where that cannot be."""
    modules = _modules()
    if isinstance(modules, str):
        pytest.skip(modules)
    if not (modules / package).is_dir():
        pytest.skip(f"{package} is not in {modules}")
    argv = [str(NODE), str(script), base_url, key, str(modules.resolve())]
    ran = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return dict(json.loads(ran.stdout))


@cache
def _modules() -> Path | str:
    """Give the folder with the clients, or why there is none."""
    if NODE is None:
        return "node is not installed"
    if GIVEN:
        return Path(GIVEN)
    if NPM is None:
        return "npm is not installed, and MEDIAMILL_NODE_MODULES names no folder with the npm clients"
    root = next((folder for folder in Path(__file__).resolve().parents if (folder / "uv.lock").is_file()), None)
    return (
        "this is no checkout into which npm clients could go" if root is None else _installed(root / ".tools" / "npm")
    )


def _installed(folder: Path) -> Path | str:
    """Install the clients unless these very versions are there; of several processes the first does it for all."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"private": True, "dependencies": CLIENTS}
    done = folder / "installed.json"
    with _alone(folder / "lock"):
        if not done.is_file() or json.loads(done.read_text("utf-8")) != wanted:
            (folder / "package.json").write_text(json.dumps(wanted), "utf-8")
            try:
                ran = subprocess.run(
                    [str(NPM), "install", *_QUIET],
                    cwd=folder,
                    capture_output=True,
                    text=True,
                    timeout=INSTALL_S,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return f"npm did not install its clients in {INSTALL_S} s"
            if ran.returncode:
                return f"npm cannot install its clients: {ran.stderr.strip()[-300:]}"
            done.write_text(json.dumps(wanted), "utf-8")
    return folder / "node_modules"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let no other process into the block."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
