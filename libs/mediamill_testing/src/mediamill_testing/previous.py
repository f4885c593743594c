"""The release before this one, with an environment of its own: what still runs while this one is rolled out."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import NamedTuple

import pytest

REVISION = "4a660df6da21a5bb6d533a5d689aaeb54b1d0cec"
"""The last released point, as a commit: the one place where it is written down. Whoever releases moves it."""

ROOT = Path(__file__).parents[4]


class Previous(NamedTuple):
    """The code of the last release, ready to run."""

    folder: Path
    python: Path


def previous() -> Previous:
    """Give the last release, made on first use and kept in ``.tools``; skip the test where that cannot be had.

    It comes out of this checkout's own git: a shallow clone does not hold it, and an archive has no git at all. Its
    packages are installed by its own lock file, nearly all out of uv's cache.
    """
    folder = ROOT / ".tools" / "previous" / REVISION[:12]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".ready").exists():
            _make(folder)
    return Previous(folder, folder / ".venv" / "bin" / "python")


def _make(folder: Path) -> None:
    git, uv = _program("git"), _uv()
    if subprocess.run([git, "-C", ROOT, "cat-file", "-e", REVISION], check=False, capture_output=True).returncode:
        pytest.skip(f"commit {REVISION[:12]}, the last release, is not in this clone: try 'git fetch --unshallow'")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    packed = folder.with_suffix(".tar")
    subprocess.run([git, "-C", ROOT, "archive", "-o", packed, REVISION], check=True, capture_output=True)
    with tarfile.open(packed) as files:
        files.extractall(folder, filter="data")
    packed.unlink()
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    command = [uv, "sync", "--quiet", "--frozen", "--no-dev", "--package", "mediamill-testing", "--project", folder]
    done = subprocess.run(command, env=kept, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"the last release could not be installed: {done.stderr.strip()[-500:]}")
    (folder / ".ready").touch()


def _uv() -> str | Path:
    """Give the uv that ``make setup`` uses: our own in the checkout, else the machine's."""
    own = sorted((ROOT / ".tools").glob("uv-*/bin/uv"))
    return own[-1] if own else _program("uv")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} to check out the last release with")
    return found
