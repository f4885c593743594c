"""Checks of the machine: what must be there before anything can start."""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from mediamill.errors import MediamillError
from mill.doctor.finding import Finding, fail, ok, warn
from mill.stack.errors import StackError
from mill.stack.layout import Layout
from mill.stack.ports import free_port, is_free
from mill.stack.postgres import binaries_folder
from mill.stack.state import live_state, read_ports
from mill.stack.valkey import binary

OLDEST_PYTHON = (3, 11)
_LITTLE, _TOO_LITTLE = 5e9, 0.5e9
_SETUP = "Run 'make setup'."


def python(_: Layout) -> Finding:
    """Is Python new enough."""
    told = f"{platform.python_version()} at {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        return fail("python", told, "Mediamill needs Python 3.11 or later.")
    return ok("python", told)


def postgres(_: Layout) -> Finding:
    """Do the embedded database's programs start."""
    if os.environ.get("MEDIAMILL_DATABASE_URL"):
        return ok("postgres", "replaced by MEDIAMILL_DATABASE_URL")
    try:
        return _starts("postgres", binaries_folder() / "postgres", "--version")
    except StackError as error:
        return fail("postgres", error.detail, _SETUP)


def valkey(_: Layout) -> Finding:
    """Does the embedded broker's program start."""
    if os.environ.get("MEDIAMILL_BROKER_URL"):
        return ok("valkey", "replaced by MEDIAMILL_BROKER_URL")
    try:
        return _starts("valkey", binary(), "--version")
    except StackError as error:
        return fail("valkey", error.detail, _SETUP)


def ffmpeg(_: Layout) -> Finding:
    """Does the ffmpeg that the workers use start."""
    if find_spec("mediamill_av") is None:
        return warn("ffmpeg", "not needed by what is installed here", "Media queues need the extra 'worker'.")
    try:
        found = importlib.import_module("mediamill_av.ffmpeg").binary()
    except (MediamillError, ImportError) as error:
        return fail("ffmpeg", str(error), f"{_SETUP} Or name one in MEDIAMILL_FFMPEG.")
    return ok("ffmpeg", f"{found.version} from {found.origin}")


def fonts(_: Layout) -> Finding:
    """Are there fonts for titles and captions; those of the machine are never used."""
    packages = [module.name for module in pkgutil.iter_modules() if module.name.startswith("fontpkg_")]
    count = sum(1 for name in packages for _ in _folder(name).rglob("*.[to]tf"))
    if count == 0:
        return fail("fonts", "no font package is installed", _SETUP)
    return ok("fonts", f"{count} in {', '.join(sorted(packages))}")


def disk(layout: Layout) -> Finding:
    """Is there room for assets."""
    folder = next(path for path in (layout.data, *layout.data.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:.1f} GB free at {folder}"
    advice = "Free some, or choose another place with --data."
    if free < _TOO_LITTLE:
        return fail("disk", told, advice)
    if not os.access(folder, os.W_OK):
        return fail("disk", f"{folder} cannot be written", advice)
    return warn("disk", told, advice) if free < _LITTLE else ok("disk", told)


def port(layout: Layout) -> Finding:
    """Can the gateway have the port of the last run."""
    if live_state(layout) is not None:
        return ok("port", "in use by the stack itself")
    last = read_ports(layout).gateway
    if last is not None and not is_free(last):
        return warn("port", f"{last} of the last run is taken", "The next 'mill up' takes another; --port chooses one.")
    return ok("port", f"{last or free_port()} is free")


def _starts(name: str, program: Path, argument: str) -> Finding:
    try:
        told = subprocess.run([program, argument], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return fail(name, f"{program} does not start: {error}", _SETUP)
    return ok(name, told.strip().splitlines()[0])


def _folder(package: str) -> Path:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else Path(os.devnull)
