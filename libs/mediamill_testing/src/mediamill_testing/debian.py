"""Programs that are no PyPI wheel (Prometheus, PgBouncer, RabbitMQ …), taken from the machine's own Debian archive.

A package is downloaded with what it needs and this machine lacks, and unpacked into ``.tools/debian`` of the checkout:
as any user, nothing installed, no script of the package run. What the archive gives is the version. ::

    prometheus = unpacked("prometheus")          # skips the test where that cannot be
    subprocess.run([prometheus.program("promtool"), "--version"], env=prometheus.environment())
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mediamill.clock import now

COMMAND_S = 180
"""How long one run of apt may take."""

FORGET_S = 600
"""For how long a failure is remembered, so that not every test process waits for a network that is not there."""

PROGRAMS = ("usr/bin", "usr/sbin", "bin", "sbin", "usr/games")
_TOOLS = ("apt-get", "dpkg", "dpkg-deb")
_QUICK = ("Acquire::Retries=2", "Acquire::http::Timeout=15", "Acquire::https::Timeout=15")
_ALONE = ("Debug::NoLocking=1", "APT::Sandbox::User=", "APT::Update::Post-Invoke-Success::=true")


class Unavailable(Exception):
    """This package cannot be had on this machine."""


@dataclass(frozen=True)
class Unpacked:
    """A package with what it needs, unpacked in a folder that looks like a root file system."""

    root: Path

    def program(self, name: str) -> Path:
        """Give the path of a program. Raises ``FileNotFoundError`` if no package here has it."""
        for folder in PROGRAMS:
            if (found := self.root / folder / name).exists():
                return found
        raise FileNotFoundError(f"no program {name!r} in {self.root}")

    def environment(self, **more: str) -> dict[str, str]:
        """Give this process's environment, with the unpacked programs and libraries found first, and with these."""
        paths = [str(self.root / folder) for folder in PROGRAMS]
        libraries = sorted({str(found.parent) for found in self.root.glob("usr/lib/**/*.so*")})
        return {
            **os.environ,
            "PATH": os.pathsep.join([*paths, os.environ.get("PATH", "")]),
            "LD_LIBRARY_PATH": os.pathsep.join([*libraries, *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]),
            **more,
        }


def unpacked(package: str, *more: str, home: Path | None = None) -> Unpacked:
    """Give a package (and more of them, in the same folder); skips the test, saying why, where that cannot be."""
    try:
        return fetch(package, *more, home=home)
    except Unavailable as why:
        pytest.skip(str(why))


def fetch(package: str, *more: str, home: Path | None = None) -> Unpacked:
    """Give a package (and more of them, in the same folder), fetched unless an earlier run did. Raises ``Unavailable``.

    ``home`` is another folder than ``.tools/debian``.
    """
    packages = (package, *more)
    home = home or _home()
    wanted = home / "+".join(packages)
    if wanted.is_dir():
        return Unpacked(wanted)
    if missing := [tool for tool in _TOOLS if shutil.which(tool) is None]:
        raise Unavailable(f"{package} comes from a Debian archive, and this machine has no {' and no '.join(missing)}")
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home / "lock"):
        if not wanted.is_dir():
            _fetch(home, wanted, packages)
    return Unpacked(wanted)


def _fetch(home: Path, wanted: Path, packages: tuple[str, ...]) -> None:
    """Download and unpack, so that the wanted folder is there whole or not at all."""
    failed = home / f"{wanted.name}.failed"
    if failed.is_file() and now().timestamp() - failed.stat().st_mtime < FORGET_S:
        raise Unavailable(failed.read_text("utf-8"))
    apt = Apt(home / "apt")
    try:
        archives = apt.download(packages)
        with _fresh(home / f"{wanted.name}.new") as root:
            for archive in archives:
                run("dpkg", "-x", str(archive), str(root))
            root.rename(wanted)
    except Unavailable as why:
        failed.write_text(f"{' '.join(packages)} cannot be fetched: {why}", "utf-8")
        raise Unavailable(failed.read_text("utf-8")) from None


class Apt:
    """The machine's apt with its sources and keys, and state folders of its own."""

    def __init__(self, folder: Path) -> None:
        """Use a folder for lists and archives."""
        self.folder = folder

    def download(self, packages: tuple[str, ...]) -> list[Path]:
        """Download packages with what they need and this machine lacks; gives the archives. Raises ``Unavailable``.

        Lists of an earlier run may name versions that the archive has dropped, so they are read anew before giving up.
        """
        for part in ("state/lists/partial", "cache/archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        if any((self.folder / "state/lists").glob("*Packages*")):
            try:
                return self._download(packages)
            except Unavailable:
                pass
        self._run("update")
        return self._download(packages)

    def _download(self, packages: tuple[str, ...]) -> list[Path]:
        archives = self.folder / "cache/archives"
        for old in archives.glob("*.deb"):
            old.unlink()
        self._run("install", "--yes", "--no-install-recommends", "--reinstall", "--download-only", *packages)
        found = sorted(archives.glob("*.deb"))
        if absent := [name for name in packages if not any(path.name.startswith(f"{name}_") for path in found)]:
            raise Unavailable(f"apt gave no archive of {' and '.join(absent)}")
        return found

    def _run(self, verb: str, *arguments: str) -> None:
        folders = (
            f"Dir::State={self.folder / 'state'}",
            f"Dir::Cache={self.folder / 'cache'}",
            "Dir::State::status=/var/lib/dpkg/status",
        )
        options = [part for option in (*folders, *_ALONE, *_QUICK) for part in ("-o", option)]
        run("apt-get", "-q", *options, verb, *arguments)


def run(*argv: str) -> None:
    """Run a command to its end. Raises ``Unavailable`` with what it said last."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    try:
        ran = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=COMMAND_S, check=False)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{argv[0]} did not end in {COMMAND_S} s") from None
    if ran.returncode:
        raise Unavailable(f"{argv[0]} ended with {ran.returncode}: {(ran.stderr or ran.stdout).strip()[-300:]}")


def _home() -> Path:
    """Give the folder of everything unpacked. Raises ``Unavailable`` outside a checkout."""
    root = next((folder for folder in Path(__file__).resolve().parents if (folder / "uv.lock").is_file()), None)
    if root is None:
        raise Unavailable("this is no checkout into which Debian packages could go")
    return root / ".tools" / "debian"


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """Give an empty folder, and leave nothing of it unless it was renamed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let no other process into the block."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(packages: list[str]) -> int:
    """Fetch packages and print where they are; 3 where that cannot be. What `make` asks before it uses a program."""
    try:
        sys.stdout.write(f"{fetch(*packages).root}\n")
    except Unavailable as why:
        sys.stderr.write(f"{why}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
