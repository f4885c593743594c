"""Each image's entry point starts in an environment that holds what the image would hold, and writes none of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path

import httpx
import psycopg
import pytest

from mediamill.handlers.pulse import Health, read_pulses
from mediamill_testing.stacks import until
from mill.images.contents import uv
from mill.images.dockerfile import Image, images
from mill.stack.ports import free_port

pytestmark = pytest.mark.xdist_group("images")

ROOT = Path(__file__).parents[2]
IMAGES = {image.package: image for image in images(ROOT)}
LEANEST = "mediamill-queue-flow"
"""It is tried in every run: what all images lack shows in the one that carries least."""
WORKERS = [
    pytest.param(name, marks=() if name == LEANEST else pytest.mark.images)
    for name, image in IMAGES.items()
    if not image.with_queues
]
STARTS_S, STOPS_S = 90, 30
GUESTS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder for the environment, and the one folder beside it that a container may write to."""
    (tmp_path / "tmp").mkdir()
    return tmp_path


def installed(image: Image, place: Path) -> Path:
    """Install as the image's build stage does; what others made has been fetched already, for this checkout."""
    environment = place / "opt"
    subprocess.run(
        [sys.executable, ROOT / "deploy/docker/install.py", *image.install],
        check=True,
        cwd=ROOT,
        env={**os.environ, "UV": uv(ROOT), "UV_PROJECT_ENVIRONMENT": str(environment)},
    )
    return environment


def told(place: Path, database_url: str, broker_url: str) -> dict[str, str]:
    """Give the environment of a container: its paths, its settings, nothing else of ours."""
    own = place / "tmp"
    return {
        "PATH": str(place / "opt/bin"),
        "HOME": str(own),
        "TMPDIR": str(own),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MEDIAMILL_DATABASE_URL": database_url,
        "MEDIAMILL_BROKER_URL": broker_url,
        "MEDIAMILL_STORE_URL": (own / "assets").as_uri(),
        "MEDIAMILL_RUN_DIR": str(own / "run"),
        "MEDIAMILL_METRICS_PORT": "0",
        "MEDIAMILL_SECRET": "a secret of the tests",
    }


def written(environment: Path) -> set[tuple[Path, int]]:
    """Tell every file with the time of its last change: in a container nothing here can be written."""
    return {(path, path.stat().st_mtime_ns) for path in environment.rglob("*") if path.is_file()}


@contextmanager
def started(environment: Path, command: tuple[str, ...], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run what runs under the image's init, and kill it after the block."""
    program = subprocess.Popen([environment / "bin" / command[0], *command[1:]], env=env)
    try:
        yield program
    finally:
        program.kill()
        program.wait()


def check_bill(environment: Path) -> None:
    """Check that an image's bill of materials names what is installed there, and nothing else."""
    bill = json.loads((environment / "sbom.cdx.json").read_text())
    named = {part["name"] for part in bill["components"]} | {bill["metadata"]["component"]["name"]}
    refs = {part["bom-ref"] for part in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    there = {one.metadata["Name"].lower() for one in distributions(path=[str(purelib(environment))])}
    assert named == {re.sub("[_.]+", "-", name) for name in there}
    assert all(part["purl"].startswith("pkg:pypi/") for part in bill["components"] if "purl" in part)
    assert {ref for link in bill["dependencies"] for ref in (link["ref"], *link["dependsOn"])} <= refs


def purelib(environment: Path) -> Path:
    """Give where an environment's packages lie."""
    return next(environment.glob("lib/python3*/site-packages"))


def still(program: subprocess.Popen[bytes]) -> bool:
    """Tell that a program runs. Raises ``RuntimeError`` when it has ended, so that nobody waits for it."""
    if program.poll() is not None:
        raise RuntimeError(f"it ended with {program.returncode}; what it said is above")
    return True


def stopped(program: subprocess.Popen[bytes]) -> int:
    """Stop a program as an engine does, and give its exit code."""
    program.send_signal(signal.SIGTERM)
    return program.wait(STOPS_S)


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_starts_is_healthy_and_stops(name: str, place: Path, database_url: str, valkey_url: str) -> None:
    image = IMAGES[name]
    environment, env = installed(image, place), told(place, database_url, valkey_url)
    before = written(environment)

    with started(environment, image.command, env) as worker:
        until(lambda: still(worker) and _are_healthy(place), STARTS_S)
        asked = subprocess.run(
            [environment / "bin" / image.healthcheck[0], *image.healthcheck[1:]], env=env, check=False
        )
        code = stopped(worker)

    assert (asked.returncode, code) == (0, 0)
    assert written(environment) == before
    check_bill(environment)


def test_the_gateway_starts_answers_and_stops(place: Path, database_url: str, valkey_url: str) -> None:
    image, port = IMAGES["mediamill-gateway"], free_port()
    environment, env = installed(image, place), told(place, database_url, valkey_url)
    before = written(environment)

    with started(environment, (*image.command[:-1], str(port)), env) as gateway, httpx.Client() as client:
        until(lambda: still(gateway) and _is_ready(client, port), STARTS_S)
        code = stopped(gateway)

    assert code == 0
    assert written(environment) == before


@pytest.mark.images
def test_the_conductor_starts_reaches_the_database_and_stops(place: Path, database_url: str, valkey_url: str) -> None:
    image = IMAGES["mediamill-conductor"]
    environment, env = installed(image, place), told(place, database_url, valkey_url)
    before = written(environment)

    with started(environment, image.command, env) as conductor, psycopg.connect(database_url, autocommit=True) as db:
        until(lambda: still(conductor) and _heeds_stopping(conductor), STARTS_S)
        until(lambda: db.execute(GUESTS).fetchone()[0])
        code = stopped(conductor)

    assert code == 0
    assert written(environment) == before


def _are_healthy(place: Path) -> bool:
    pulses = list(read_pulses(place / "tmp/run"))
    return bool(pulses) and all(pulse.health is Health.HEALTHY for pulse in pulses)


def _heeds_stopping(program: subprocess.Popen[bytes]) -> bool:
    """Tell whether it has taken SIGTERM into its own hands, as it does before its loops start."""
    caught = re.search(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{program.pid}/status").read_text(), re.MULTILINE)
    return bool(caught and int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


def _is_ready(client: httpx.Client, port: int) -> bool:
    try:
        return client.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.TransportError:
        return False
