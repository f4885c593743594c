"""Mediamill under measurement: its own programs as `mill up` starts them, on servers like everybody's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from mediamill_testing.stacks import until
from mill.stack.ports import free_port
from rig.peer import START_TIMEOUT_S, Peer, answers

KEY, OPERATOR_KEY = "mm_" + "b" * 40, "mm_" + "o" * 40
TENANTS = 10
FINAL = {"job.succeeded", "job.failed", "job.canceled"}


class Mediamill(Peer):
    """Gateway, conductor and one worker of the test queue."""

    name = "mediamill"

    def __init__(self, folder: Path, vendor_url: str, name: str = "mediamill", **settings: str) -> None:
        self.name = name
        self.metrics_ports: dict[str, int] = {}
        super().__init__(folder, vendor_url)
        self.programs.env |= {
            "MEDIAMILL_DATABASE_URL": self.programs.postgres.url,
            "MEDIAMILL_BROKER_URL": self.programs.valkey.url,
            "MEDIAMILL_STORE_URL": (self.programs.folder / "store").as_uri(),
            "MEDIAMILL_PUBLIC_URL": self.url,
            "MEDIAMILL_SECRET": "bench",
            "MEDIAMILL_TEST_KINDS": "1",
            "MEDIAMILL_TEST_VENDOR_URL": vendor_url,
            "MEDIAMILL_REPLICATE_BASE_URL": vendor_url,
            "MEDIAMILL_REPLICATE_API_TOKEN": "bench",
            "MEDIAMILL_TEST_LEDGER": str(self.programs.ledger),
            "MEDIAMILL_METRICS_HOST": "127.0.0.1",
            **settings,
        }
        self.programs.finish("-m", "mediamill.db.migrate")
        keys = {"MEDIAMILL_BOOTSTRAP_KEY": KEY, "MEDIAMILL_BOOTSTRAP_OPERATOR_KEY": OPERATOR_KEY}
        self.programs.finish("-m", "mediamill.tenants.bootstrap", **keys)
        self._meter("conductor")
        self.programs.start("conductor", "conductor")
        self.start_worker(self.usual_slots)
        self.programs.start("gateway", "gateway", "--host", "127.0.0.1", "--port", self.url.rsplit(":", 1)[1])
        until(lambda: answers(self.client, "/readyz"), START_TIMEOUT_S)
        self._keys = [KEY, *(self._tenant(number) for number in range(1, TENANTS))]

    def start_worker(self, slots: int) -> None:
        """Start the worker; it hands back and goes within its grace."""
        self._meter("worker")
        self.programs.start("worker", "mediamill.handlers.worker", "--queues", "test", "--slots", str(slots))
        self.slots = slots

    def scrape(self) -> int:
        """Read all metrics, as Prometheus does, and give how many bytes they are."""
        urls = [f"http://127.0.0.1:{port}/metrics" for port in self.metrics_ports.values()]
        return sum(len(self.client.get(url).raise_for_status().content) for url in [*urls, "/metrics"])

    def _meter(self, part: str) -> None:
        """Have the next program serve its metrics on a port of its own."""
        self.metrics_ports[part] = free_port()
        self.programs.env["MEDIAMILL_METRICS_PORT"] = str(self.metrics_ports[part])

    def post(self, kind: str, input: dict[str, Any], tenant: int = 0) -> str:
        """Post a job."""
        body = {"kind": f"test.{kind}", "input": input}
        answer = self.client.post("/v1/jobs", json=body, headers=self._headers(tenant)).raise_for_status()
        return str(answer.json()["id"])

    def post_many(self, kind: str, inputs: Sequence[dict[str, Any]], tenant: int = 0) -> None:
        """Post them in one call."""
        body = {"jobs": [{"kind": f"test.{kind}", "input": input} for input in inputs]}
        self.client.post("/v1/jobs/batch", json=body, headers=self._headers(tenant)).raise_for_status()

    def left(self) -> int:
        """Ask the rows."""
        query = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running', 'waiting')"
        return int(self.database.execute(query).fetchone()[0])  # type: ignore[index]

    def learn(self, job: str) -> None:
        """Listen to the job's stream until its last event."""
        headers = {**self._headers(0), "Accept": "text/event-stream"}
        with self.client.stream("GET", f"/v1/jobs/{job}/events", headers=headers) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:") and json.loads(line[5:]).get("type") in FINAL:
                    return
        raise RuntimeError(f"The stream of {job} ended without an end.")

    def _headers(self, tenant: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._keys[tenant]}"}

    def _tenant(self, number: int) -> str:
        operator = httpx.Headers({"Authorization": f"Bearer {OPERATOR_KEY}"})
        body = {"name": f"tenant {number}", "plan": "paid"}
        tenant = self.client.post("/v1/tenants", json=body, headers=operator).raise_for_status().json()
        key = self.client.post("/v1/keys", json={"tenant_id": tenant["id"]}, headers=operator).raise_for_status().json()
        return str(key["secret"])
