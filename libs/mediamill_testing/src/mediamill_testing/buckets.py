"""Two S3 servers on loopback, which between them check what a store must not rely on: neither checks all of it.

nanio checks signatures and their expiry and knows no conditional puts; moto is the other way round.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from mediamill_testing.stacks import until
from mill.stack.ports import free_port

BUCKET = "films"
KEY_ID, SECRET_KEY = "AKIAMEDIAMILLTESTS00", "a key of the tests and of nobody else"
STARTS_S = 60


@dataclass(frozen=True)
class Bucket:
    """A bucket that answers."""

    url: str
    """For ``MEDIAMILL_STORE_URL``."""
    endpoint: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def settings(self) -> dict[str, str]:
        """What a process that uses it is told."""
        return {
            "MEDIAMILL_STORE_URL": self.url,
            "MEDIAMILL_STORE_CACHE": str(self.folder / "cache"),
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }


@contextmanager
def nanio(folder: Path) -> Iterator[Bucket]:
    """Run nanio for the length of the block; its buckets are folders."""
    port, data = free_port(), folder / "buckets"
    (data / BUCKET).mkdir(parents=True)
    argv = [sys.executable, "-m", "nanio", "serve", "--data-dir", str(data), "--host", "127.0.0.1", "--port", str(port)]
    env = {**os.environ, "NANIO_ACCESS_KEY": KEY_ID, "NANIO_SECRET_KEY": SECRET_KEY}
    with _running([*argv, "--log-level", "error", "--no-access-log"], env, port, folder) as bucket:
        yield bucket


@contextmanager
def moto(folder: Path) -> Iterator[Bucket]:
    """Run moto for the length of the block."""
    port = free_port()
    argv = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with _running(argv, dict(os.environ), port, folder) as bucket:
        signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20260101/us-east-1/s3/aws4_request"}
        httpx.put(f"{bucket.endpoint}/{BUCKET}", headers=signed).raise_for_status()
        yield bucket


@contextmanager
def _running(argv: list[str], env: dict[str, str], port: int, folder: Path) -> Iterator[Bucket]:
    endpoint = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(argv, env=env, stdout=log, stderr=log)

    def answers() -> bool:
        if process.poll() is not None:
            raise RuntimeError((folder / "server.log").read_text()[-2000:])
        try:
            return httpx.get(endpoint, timeout=5).status_code > 0
        except httpx.HTTPError:
            return False

    try:
        until(answers, STARTS_S)
        yield Bucket(f"s3://{BUCKET}/of/tests?endpoint={endpoint}&region=us-east-1", endpoint, folder, process)
    finally:
        process.kill()
        process.wait()
