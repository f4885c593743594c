"""Clients of two gateways that come and go: what they were promised is kept, what they follow has no gap."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

import httpx

from mediamill import clock
from mediamill.ids import uuid7
from mediamill.tenants import queries
from mediamill.tenants.keys import Scope, new_key
from mediamill_testing.chaos.site import Site
from mediamill_testing.chaos.workload import Order, Workload

PATIENCE_S = 90.0
MAY_COME_AGAIN = {429, 503, 507}
UPLOAD_EVERY = 4
FOLLOW_EVERY = 5
LOG = "SELECT job_id, seq FROM events WHERE tenant_id = %(tenant)s"


class Client:
    """A tenant's program: it posts, repeats itself, uploads, and follows its jobs and all of its tenant's events."""

    def __init__(self, site: Site, workload: Workload, rng: random.Random) -> None:
        self._site, self._workload, self._rng = site, workload, rng
        self._tenant = workload.tenants[0]
        key = new_key()
        with site.db.unit_of_work() as connection:
            connection.execute(
                queries.add_key(self._tenant, key, name="chaos", scopes=[Scope.JOBS.value], expires_at=None)
            )
        self._headers = {"Authorization": f"Bearer {key.secret}"}
        self.found: list[str] = []
        self.posted = self.repeated = self.uploaded = self.full = self.reconnects = 0
        self.seen: list[tuple[UUID, int]] = []
        self._followed: dict[UUID, list[int]] = {}
        self._stopping, self._seen_all = threading.Event(), threading.Event()
        self._followers: list[threading.Thread] = []
        self._poster = threading.Thread(target=self._post_for_ever, name="poster", daemon=True)
        self._tenants_follower = threading.Thread(target=self._follow_tenant, name="tenant follower", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._tenants_follower.start()
        self._poster.start()

    def stop_posting(self) -> None:
        """Post no more; what was begun is brought to an answer."""
        self._stopping.set()
        self._poster.join()

    def close(self) -> None:
        """Read every stream to its end, and compare them with the log."""
        self.stop_posting()
        for follower in self._followers:
            follower.join()
        until = clock.monotonic() + 30
        while len(self._log() - set(self.seen)) > 0 and clock.monotonic() < until:
            time.sleep(0.2)
        self._seen_all.set()
        self._tenants_follower.join()
        self._compare()

    def _log(self) -> set[tuple[UUID, int]]:
        return {(row["job_id"], row["seq"]) for row in self._site.sql(LOG, tenant=self._tenant)}

    def _compare(self) -> None:
        log = self._log()
        if missing := log - set(self.seen):
            self.found.append(f"the tenant's stream left out {len(missing)} events: {sorted(missing)[:3]}")
        if len(self.seen) != len(set(self.seen)):
            self.found.append(f"the tenant's stream told {len(self.seen) - len(set(self.seen))} events twice")
        lasts = {job: max(seq for owner, seq in log if owner == job) for job in self._followed}
        for job, seqs in self._followed.items():
            if seqs != list(range(1, lasts[job] + 1)):
                self.found.append(f"the stream of {job} told {seqs} of {lasts[job]} events")

    def _post_for_ever(self) -> None:
        number = 0
        while not self._stopping.wait(self._rng.uniform(0.3, 1)):
            number += 1
            try:
                self._post(number)
                if number % UPLOAD_EVERY == 0:
                    self._upload(number)
            except TimeoutError as error:
                self.found.append(str(error))

    def _post(self, number: int) -> None:
        kind, given = self._rng.choice([("test.steps", {"n": 2, "seconds": 0.1}), ("test.noop", {}), ("test.roll", {})])
        headers = {"Idempotency-Key": str(uuid7())}
        body = json.dumps({"kind": kind, "input": given}).encode()
        first = self._insist("/v1/jobs", body, headers)
        job = UUID(first["id"])
        self._workload.adopt(Order(job, self._tenant, kind, given))
        self.posted += 1
        if self._rng.random() < 0.5:
            self.repeated += 1
            if (again := self._insist("/v1/jobs", body, headers)["id"]) != first["id"]:
                self.found.append(f"one Idempotency-Key made {first['id']} and {again}")
        if number % FOLLOW_EVERY == 0:
            self._followed[job] = []
            follower = threading.Thread(target=self._follow_job, args=(job,), name="follower", daemon=True)
            follower.start()
            self._followers.append(follower)

    def _upload(self, number: int) -> None:
        content = f"upload {number} ".encode() * 5000
        answer = self._insist("/v1/assets", content, {"Content-Type": "text/plain"})
        self.uploaded += 1
        if answer["bytes"] != len(content):
            self.found.append(f"an upload of {len(content)} bytes became an asset of {answer['bytes']}")

    def _insist(self, path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        """Post until it is answered; what may not be answered in a storm is found out."""
        until = clock.monotonic() + PATIENCE_S
        while clock.monotonic() < until:
            try:
                answer = httpx.post(self._url(path), content=body, headers={**self._headers, **headers}, timeout=20)
            except httpx.HTTPError:
                time.sleep(0.2)
                continue
            if answer.is_success:
                return dict(answer.json())
            self._judge(path, answer)
            time.sleep(0.3)
        raise TimeoutError(f"nobody answered a POST to {path} in {PATIENCE_S:.0f} s")

    def _judge(self, path: str, answer: httpx.Response) -> None:
        self.full += answer.status_code == 507
        if answer.status_code not in MAY_COME_AGAIN:
            self.found.append(f"a POST to {path} was answered {answer.status_code}: {answer.text[:200]}")
        elif answer.status_code == 503 and "Retry-After" not in answer.headers:
            self.found.append(f"a 503 of {path} has no Retry-After")

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._rng.choice(self._site.gateway_ports)}{path}"

    def _follow_job(self, job: UUID) -> None:
        seqs, until = self._followed[job], clock.monotonic() + 600

        def take(_: str, data: dict[str, Any]) -> None:
            seqs.append(data["seq"])

        self._follow(f"/v1/jobs/{job}/events", take, lambda: clock.monotonic() > until)

    def _follow_tenant(self) -> None:
        def take(_: str, data: dict[str, Any]) -> None:
            self.seen.append((UUID(data["job_id"]), data["seq"]))

        self._follow("/v1/events", take, self._seen_all.is_set)

    def _follow(self, path: str, take: Callable[[str, dict[str, Any]], None], is_over: Callable[[], bool]) -> None:
        last: dict[str, str] = {"Last-Event-ID": "0"} if path == "/v1/events" else {}
        while not is_over():
            headers = {**self._headers, **last, "Accept": "text/event-stream"}
            try:
                with httpx.stream("GET", self._url(path), headers=headers, timeout=httpx.Timeout(5, read=2)) as answer:
                    if answer.status_code == 204:
                        return
                    for name, data in _events(answer):
                        last["Last-Event-ID"] = name
                        take(name, data)
            except httpx.HTTPError:
                self.reconnects += 1
                time.sleep(0.1)


def _events(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    if answer.status_code != 200:
        time.sleep(0.2)
        return
    name = ""
    for line in answer.iter_lines():
        if line.startswith("id:"):
            name = line[3:].strip()
        elif line.startswith("data:") and name:
            yield name, json.loads(line[5:])
