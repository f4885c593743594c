"""Kubernetes is told which workers are busy: over TLS, by the token of the hour, and only what has changed."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from sqlalchemy import text

from conductor.meter.tick import Meter
from conductor.pods.cluster import NOTE, Cluster, ClusterAway, own_cluster
from conductor.pods.cost import IDLE, MOST, cost
from conductor.pods.tick import PodCosts
from mediamill.telemetry.meters import Meters
from mediamill.telemetry.metrics import Component
from mediamill_testing.harness import Mill

TOKEN = "the token of this hour"
WORKER = """
INSERT INTO workers (id, number, host, pid, queues, slots, draining)
VALUES (gen_random_uuid(), nextval('worker_numbers'), :host, 1, '{test}', 2, :draining)
"""
CLAIM = """
INSERT INTO leases (job_id, queue, tenant_id, kind, delivery, worker_id, claimed_at)
SELECT jobs.id, 'test', jobs.tenant_id, jobs.kind, 1, workers.id, now() - make_interval(secs => :run_s)
FROM jobs, workers WHERE jobs.id = :job AND workers.host = :host
"""


class ApiServer:
    """Speaks what a cluster's API speaks of pods: a merge patch with a bearer token, over TLS."""

    def __init__(self, folder: Path) -> None:
        self.costs: dict[str, int] = {}
        self.patches: list[str] = []
        self.gone: set[str] = set()
        self.token = TOKEN
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.crt")
        (folder / "token").write_text(TOKEN)
        (folder / "namespace").write_text("media")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def patch(self, path: str, kind: str | None, token: str | None, body: bytes) -> HTTPStatus:
        *place, pod = path.split("/")
        if token != f"Bearer {self.token}":
            return HTTPStatus.UNAUTHORIZED
        if place != ["", "api", "v1", "namespaces", "media", "pods"] or pod in self.gone:
            return HTTPStatus.NOT_FOUND
        if kind != "application/merge-patch+json":
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        if pod == socket.gethostname():  # the worker that every mill of the tests has
            return HTTPStatus.OK
        self.costs[pod] = int(json.loads(body)["metadata"]["annotations"][NOTE])
        self.patches.append(pod)
        return HTTPStatus.OK

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PATCH(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = server.patch(self.path, self.headers["Content-Type"], self.headers["Authorization"], body)
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiServer]:
    server = ApiServer(tmp_path)
    yield server
    server.close()


@pytest.fixture
def costs(mill: Mill, api: ApiServer, tmp_path: Path) -> PodCosts:
    return PodCosts(mill.db, Cluster(api.url, tmp_path))


def enlist(mill: Mill, host: str, *, draining: bool = False) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(text(WORKER), {"host": host, "draining": draining})


def give_work(mill: Mill, host: str, run_s: float) -> None:
    job = mill.accept("test.noop", {})
    with mill.db.unit_of_work() as connection:
        connection.execute(text(CLAIM), {"host": host, "run_s": run_s, "job": job})


@pytest.mark.parametrize(("runs_s", "price"), [([], IDLE), ([0.0], 1), ([59.0, 61.0], 3), ([-1.0], 1), ([1e12], MOST)])
def test_a_workers_end_costs_its_jobs_and_their_minutes(runs_s: list[float], price: int) -> None:
    assert cost(runs_s) == price


def test_busy_workers_cost_more_than_idle_ones_and_draining_ones_are_left_alone(
    mill: Mill, api: ApiServer, costs: PodCosts
) -> None:
    for host in ("idle", "busy", "long"):
        enlist(mill, host)
    enlist(mill, "leaving", draining=True)
    give_work(mill, "busy", 10)
    give_work(mill, "long", 600)

    costs.tick()

    assert api.costs == {"idle": 0, "busy": 1, "long": 11}


def test_only_what_changed_is_told(mill: Mill, api: ApiServer, costs: PodCosts) -> None:
    enlist(mill, "one")
    enlist(mill, "other")
    costs.tick()
    api.patches.clear()
    give_work(mill, "one", 1)

    told = costs.tick(), costs.tick()

    assert told == (1, 0)
    assert api.patches == ["one"]


def test_the_scaling_signal_tells_how_many_workers_hold_a_job_and_stay(mill: Mill) -> None:
    for host, leaves in (("idle", False), ("busy", False), ("leaving", True)):
        enlist(mill, host, draining=leaves)
    for host in ("busy", "busy", "leaving"):
        give_work(mill, host, 1)
    meter = Meter(mill.db, mill.registry, mill.config, Meters(Component.CONDUCTOR, mill.registry.queues, ["local"]))
    meter.prepare()

    meter.tick()

    found = meter.signal("test")
    assert found is not None
    assert (found.running, found.busy_workers) == (3, 1)


def test_a_pod_that_is_gone_is_no_error(mill: Mill, api: ApiServer, costs: PodCosts) -> None:
    enlist(mill, "gone")
    enlist(mill, "there")
    api.gone = {"gone"}

    costs.tick()

    assert api.costs == {"there": 0}


def test_a_new_token_is_read_and_what_was_refused_is_told_again(
    mill: Mill, api: ApiServer, costs: PodCosts, tmp_path: Path
) -> None:
    enlist(mill, "one")
    api.token = "the token of the next hour"
    with pytest.raises(ClusterAway, match="401"):
        costs.tick()

    (tmp_path / "token").write_text(api.token)
    costs.tick()

    assert api.costs == {"one": 0}


def test_a_cluster_that_does_not_answer_is_told_of_as_such(mill: Mill, api: ApiServer, costs: PodCosts) -> None:
    enlist(mill, "one")
    api.close()

    with pytest.raises(ClusterAway, match="Connect"):
        costs.tick()


def test_outside_of_a_cluster_there_is_none() -> None:
    assert own_cluster({}) is None
