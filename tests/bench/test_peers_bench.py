"""What a job costs here and in the app that a user would write, in the same run on the same servers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import psycopg
import pytest

from mediamill_testing.cpu import tree_seconds
from mediamill_testing.stacks import Stack, clean_environment, until
from mill.stack import start_postgres, start_valkey
from mill.stack.ports import free_port

pytestmark = pytest.mark.bench

JOBS = 500
ROUNDS = 3
HERE = Path(__file__).parent / "peers"
PYTHON = sys.executable


class Peer(NamedTuple):
    """A running system: how to post a job, how many have ended, and the processes that it consists of."""

    post: Callable[[], object]
    ended: Callable[[], int]
    roots: dict[str, int]


def test_a_job_that_does_nothing_against_the_app_that_a_user_would_write(stack: Stack, tmp_path: Path) -> None:
    with stack.client() as client, diy(tmp_path) as other:
        ours = Peer(
            lambda: client.post("/v1/jobs", json={"kind": "test.noop", "input": {}}).raise_for_status(),
            lambda: int(stack.sql("SELECT count(*) AS n FROM jobs WHERE state = 'succeeded'")[0]["n"]),
            {name: pid for name, pid in stack.parts().items() if name not in {"supervisor", "vendor"}},
        )
        found = [(cost(ours), cost(other)) for _ in range(ROUNDS)]

    mediamill, app = (sorted(one, key=total)[ROUNDS // 2] for one in zip(*found, strict=True))
    told = {"bench": "no-ops over HTTP, one by one, CPU ms a job", "mediamill": mediamill, "diy": app}
    sys.stdout.write(json.dumps({**told, "ratio": round(total(mediamill) / total(app), 2)}) + "\n")


def total(cost: dict[str, float]) -> float:
    return sum(cost.values())


def cost(peer: Peer) -> dict[str, float]:
    """Post the jobs one after the other, wait for them all, and give the CPU milliseconds that each took, by part."""
    before, spent = peer.ended(), {name: tree_seconds(pid) for name, pid in peer.roots.items()}
    for _ in range(JOBS):
        peer.post()
    until(lambda: peer.ended() - before >= JOBS, 120, 0.25)
    return {name: round((tree_seconds(pid) - spent[name]) / JOBS * 1000, 2) for name, pid in peer.roots.items()}


@contextmanager
def diy(folder: Path) -> Iterator[Peer]:
    """Run the other app on a Postgres and a Valkey of its own."""
    postgres, valkey, port = start_postgres(folder / "postgres"), start_valkey(folder / "valkey"), free_port()
    url = postgres.url.replace("postgresql://", "postgresql+psycopg://")
    env = clean_environment(DIY_DATABASE_URL=url, DIY_BROKER_URL=valkey.url, PYTHONPATH=str(HERE))
    create = "import diy; diy.Base.metadata.create_all(diy.engine)"
    subprocess.run([PYTHON, "-c", create], env=env, check=True)
    quiet = {"env": env, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    uvicorn = [PYTHON, "-m", "uvicorn", "diy:app", "--port", str(port), "--log-level", "error"]
    celery = [PYTHON, "-m", "celery", "-A", "diy:tasks", "worker", "-c", "2", "-l", "ERROR", "--without-gossip"]
    programs = [subprocess.Popen(argv, **quiet) for argv in (uvicorn, celery)]  # type: ignore[call-overload]
    try:
        with (
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
            psycopg.connect(postgres.url, autocommit=True) as connection,
        ):
            until(lambda: answers(client), 60)
            count = "SELECT count(*) FROM generations WHERE status = 'completed'"
            roots = {"gateway": programs[0].pid, "worker": programs[1].pid}
            roots |= {"postgres": postgres.identity.pid, "valkey": valkey.identity.pid}
            yield Peer(
                lambda: client.post("/jobs", json={"kind": "noop", "input": {}}).raise_for_status(),
                lambda: int(connection.execute(count).fetchone()[0]),  # type: ignore[index]
                roots,
            )
    finally:
        for program in programs:
            program.terminate()
            program.wait()
        valkey.stop()
        postgres.stop()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/openapi.json").is_success
    except httpx.TransportError:
        return False
