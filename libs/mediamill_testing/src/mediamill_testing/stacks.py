"""A whole Mediamill for a test: the one-machine stack, started by its own command in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg
from psycopg.rows import dict_row

T = TypeVar("T")

MILL = Path(sys.executable).with_name("mill")
START_TIMEOUT_S = 120
FINAL = {"succeeded", "failed", "canceled"}


@dataclass
class Stack:
    """A running stack, as `mill up --json` tells of it."""

    url: str
    key: str
    operator_key: str
    pid: int
    data: Path
    database_url: str
    broker_url: str
    env: Mapping[str, str]

    def client(self, key: str | None = None) -> httpx.Client:
        """Give a client of the gateway with the first tenant's key, or another."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def submit(self, kind: str, input: Mapping[str, Any] | None = None, **body: Any) -> dict[str, Any]:
        """Post a job."""
        with self.client() as client:
            answer = client.post("/v1/jobs", json={"kind": kind, "input": dict(input or {}), **body})
        if answer.status_code not in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
            raise RuntimeError(f"{kind} was not accepted: {answer.status_code} {answer.text}")
        return dict(answer.json())

    def job(self, job_id: str) -> dict[str, Any]:
        """Get a job."""
        with self.client() as client:
            return dict(client.get(f"/v1/jobs/{job_id}").json())

    def ended(self, job_id: str, patience_s: float = 60) -> dict[str, Any]:
        """Wait for a job's end and give it."""

        def look() -> dict[str, Any] | None:
            found = self.job(job_id)
            return found if found["state"] in FINAL else None

        return until(look, patience_s)

    def sql(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Look into the database."""
        with psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def mill(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the mill command on this stack."""
        return subprocess.run(
            [MILL, *arguments], env=dict(self.env), cwd=self.data.parent, capture_output=True, text=True, check=check
        )

    def parts(self) -> dict[str, int]:
        """Give the processes of the stack by their names; the supervisor is the parent of the others."""
        told = json.loads(self.mill("status", "--json").stdout)["parts"]
        return {part["name"]: part["pid"] for part in told}

    def worker_pid(self) -> int:
        """Give the worker's process."""
        return int(self.sql("SELECT pid FROM workers WHERE NOT draining ORDER BY started_at DESC LIMIT 1")[0]["pid"])

    def kill_worker(self) -> None:
        """Kill the worker as a crash would; the supervisor starts another."""
        os.kill(self.worker_pid(), signal.SIGKILL)

    @contextmanager
    def another_worker(self, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start one more worker of the test queue with the stack's own settings and these; kill it after the block."""
        pairs = [entry.partition("=") for entry in environment_of(self.parts()["conductor"])]
        env = {name: value for name, _, value in pairs} | settings
        argv = [sys.executable, "-m", "mediamill.handlers.worker", "--queues", "test", *arguments]
        with (self.data / "logs" / "another.log").open("ab") as log:
            worker = subprocess.Popen(argv, env=env, stdout=log, stderr=log)
        try:
            yield worker
        finally:
            worker.kill()
            worker.wait()

    def is_registered(self, pid: int) -> bool:
        """Tell whether a worker takes jobs."""
        return bool(self.sql("SELECT 1 FROM workers WHERE pid = %(pid)s AND NOT draining", pid=pid))


def environment_of(pid: int) -> list[str]:
    """Give the environment that a process was started with; nothing of one that has ended."""
    return [entry.decode() for entry in raw_environment_of(pid).split(b"\0") if entry]


def raw_environment_of(pid: int) -> bytes:
    """Give the same as the kernel does, each entry ended by a NUL: cheap to search for one of them."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def until(look: Callable[[], T | None], patience_s: float = 30, every_s: float = 0.05) -> T:
    """Look again and again until there is something, and give it. Raises ``TimeoutError`` with the last answer."""
    end = time.monotonic() + patience_s
    while not (found := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"nothing came in {patience_s} s; the last answer was {found!r}")
        time.sleep(every_s)
    return found


def clean_environment(**more: str) -> dict[str, str]:
    """Give the environment without any setting of Mediamill, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEDIAMILL_")}
    return {**kept, **more}


@contextmanager
def running_stack(folder: Path, **settings: str) -> Iterator[Stack]:
    """Start a stack in ``folder/data`` with these settings and take it down after the block, whatever happened."""
    env = clean_environment(MEDIAMILL_TEST_KINDS="1", **settings)
    data = folder / "data"
    up = subprocess.run(
        [MILL, "up", "--detach", "--json", "--data", str(data)],
        env=env,
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT_S,
        check=False,
    )
    try:
        if up.returncode:
            raise RuntimeError(f"mill up ended with {up.returncode}: {up.stderr[-3000:]}")
        told = json.loads(up.stdout)
        yield Stack(**{**told, "data": Path(told["data"])}, env={**env, "MEDIAMILL_DATA": str(data)})
    finally:
        subprocess.run([MILL, "down", "--data", str(data)], env=env, capture_output=True, timeout=60, check=False)
