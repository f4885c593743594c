"""The gateway as it is deployed: it starts, streams without holding, and stops."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

MEGABYTE = 1_000_000


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
