"""The gateway as it is deployed: it starts, streams without holding, and stops."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text

from gateway.server import GRACE_S
from mediamill.clock import monotonic
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until

MEGABYTE = 1_000_000
WAITERS = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'jobs'::regclass")


def peak_kb(pid: int) -> int:
    with Path(f"/proc/{pid}/status").open() as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def chunks() -> Iterator[bytes]:
    for n in range(200):
        yield n.to_bytes(2, "big") * (MEGABYTE // 2)


def test_it_serves_what_is_installed_streams_uploads_and_stops_on_sigterm(process: Any, owner: Any) -> None:
    kinds = httpx.get(f"{process.url}/v1/kinds", headers=owner.headers).json()["data"]
    before = peak_kb(process.popen.pid)
    uploaded = httpx.post(f"{process.url}/v1/assets", content=chunks(), headers=owner.headers, timeout=60).json()
    with httpx.stream("GET", uploaded["url"]) as content:
        received = sum(map(len, content.iter_bytes()))
    after = peak_kb(process.popen.pid)
    process.popen.send_signal(signal.SIGTERM)

    assert {"test.noop", "image.generate"} <= {kind["kind"] for kind in kinds}
    assert received == uploaded["bytes"] == 200 * MEGABYTE
    assert after - before < 50_000
    assert process.popen.wait(20) == 0


def test_a_request_that_does_not_end_is_told_to_come_again_when_the_gateway_stops(
    served: Any, mill: Mill, owner: Any
) -> None:
    served.server.grace_s = 0.1
    with mill.db.unit_of_work() as connection, ThreadPoolExecutor(1) as pool:
        connection.execute(text("LOCK TABLE jobs"))
        asking = pool.submit(httpx.get, f"{served.url}/v1/jobs", headers=owner.headers, timeout=60)
        until(lambda: connection.execute(WAITERS).scalar_one())
        served.stop()
        answer = asking.result()

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"
    assert not served.thread.is_alive()


def test_a_stopping_gateway_does_not_wait_for_a_stream_that_nobody_reads(process: Any, mill: Mill, owner: Any) -> None:
    job = mill.accept("test.noop")
    wide = text(
        "INSERT INTO events (job_id, seq, tenant_id, type, data) SELECT :job, seq, :tenant, 'job.log',"
        " jsonb_build_object('message', repeat('x', 8000)) FROM generate_series(2, 1500) AS seq"
    )
    with mill.db.unit_of_work() as connection:
        connection.execute(wide, {"job": job, "tenant": mill.tenant})
    asked = f"GET /v1/jobs/{job}/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
    asked += f"Authorization: {owner.headers['Authorization']}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", urlsplit(process.url).port)) as stuck:
        stuck.sendall(asked.encode())
        stuck.recv(1)
        process.popen.send_signal(signal.SIGTERM)
        began = monotonic()
        code = process.popen.wait(GRACE_S + 20)
        took_s = monotonic() - began

    assert code == 0
    assert took_s < GRACE_S
