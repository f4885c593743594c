"""Streams of events, from a gateway in a process of its own: no gap, no repeat, an end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from pydantic import SecretStr
from sqlalchemy import text

from mediamill.clock import monotonic
from mediamill_testing.harness import Mill

STREAM = {"Accept": "text/event-stream"}


class Frame(NamedTuple):
    """One event as it came."""

    id: str
    event: str
    data: dict[str, Any]


def frames(lines: Iterator[str]) -> Iterator[Frame]:
    fields: dict[str, str] = {}
    for line in lines:
        if line == "" and "data" in fields:
            yield Frame(fields["id"], fields["event"], json.loads(fields["data"]))
            fields = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


@contextmanager
def streaming(served: Any, caller: Any, path: str, **headers: str) -> Iterator[httpx.Response]:
    timeout = httpx.Timeout(20)
    with httpx.stream("GET", served.url + path, headers={**caller.headers, **STREAM, **headers}, timeout=timeout) as r:
        yield r


def number_of(frame: Frame) -> int:
    return int(frame.id.partition("-")[2])


def ids_of(served: Any, caller: Any, job: UUID, **headers: str) -> list[int]:
    with streaming(served, caller, f"/v1/jobs/{job}/events", **headers) as response:
        assert response.status_code == 200
        return [int(frame.id) for frame in frames(response.iter_lines())]


def test_a_stream_replays_goes_on_live_and_closes_after_the_final_event(served: Any, mill: Mill, owner: Any) -> None:
    job = mill.accept("test.steps", {"n": 3})

    with streaming(served, owner, f"/v1/jobs/{job}/events") as response:
        seen = frames(response.iter_lines())
        first = next(seen)
        threading.Thread(target=mill.work_until_idle).start()
        rest = list(seen)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert (first.data["seq"], first.event, first.data["job_id"]) == (1, "job.queued", str(job))
    assert [int(frame.id) for frame in rest] == list(range(2, len(rest) + 2))
    assert rest[-1].event == "job.succeeded"
    assert {"seq", "job_id", "type", "at", "data"} == set(rest[-1].data)


def test_a_stream_resumes_behind_the_last_event_by_header_or_query(served: Any, mill: Mill, owner: Any) -> None:
    job = mill.accept("test.steps", {"n": 2})
    mill.work_until_idle()
    last = len(mill.events(job))

    whole = ids_of(served, owner, job)
    by_header = ids_of(served, owner, job, **{"Last-Event-ID": "1"})
    with streaming(served, owner, f"/v1/jobs/{job}/events?last_event_id=2") as response:
        by_query = [int(frame.id) for frame in frames(response.iter_lines())]

    assert whole == list(range(1, last + 1))
    assert by_header == whole[1:]
    assert by_query == whole[2:]


def test_a_client_that_is_cut_again_and_again_sees_every_event_once(served: Any, mill: Mill, owner: Any) -> None:
    job = mill.accept("test.steps", {"n": 20, "seconds": 0.02})
    worker = threading.Thread(target=mill.work_until_idle)
    worker.start()
    seen: list[int] = []
    ended = False

    while not ended:
        headers = {"Last-Event-ID": str(seen[-1])} if seen else {}
        with streaming(served, owner, f"/v1/jobs/{job}/events", **headers) as response:
            for frame, _ in zip(frames(response.iter_lines()), range(2), strict=False):
                seen.append(int(frame.id))
                ended = frame.event == "job.succeeded"
    worker.join()

    assert seen == [event.seq for event in mill.events(job)]


def test_nothing_left_to_send_tells_the_client_not_to_come_back(served: Any, mill: Mill, owner: Any) -> None:
    job = mill.accept("test.noop")
    mill.work_until_idle()
    last = str(len(mill.events(job)))

    with streaming(served, owner, f"/v1/jobs/{job}/events", **{"Last-Event-ID": last}) as response:
        assert response.status_code == 204


def test_a_redriven_jobs_stream_does_not_stop_at_its_first_failure(served: Any, mill: Mill, owner: Any) -> None:
    job = mill.accept("test.fail", {"class": "permanent"})
    mill.work_until_idle()
    httpx.post(f"{served.url}/v1/jobs/{job}/retry", headers=owner.headers)
    httpx.post(f"{served.url}/v1/jobs/{job}/cancel", headers=owner.headers)

    with streaming(served, owner, f"/v1/jobs/{job}/events") as response:
        types = [frame.event for frame in frames(response.iter_lines())]

    assert types.index("job.failed") < types.index("job.canceled") == len(types) - 1


def test_a_bad_last_event_id_is_a_400(served: Any, mill: Mill, owner: Any) -> None:
    job = mill.accept("test.noop")

    for last in ("x", "-1", "1.5", "9" * 20, "77"):
        for path in (f"/v1/jobs/{job}/events", "/v1/events"):
            with streaming(served, owner, path, **{"Last-Event-ID": last}) as response:
                assert response.status_code == 400
                assert response.headers["content-type"] == "application/problem+json"


def test_a_tenants_stream_holds_its_own_events_only_and_resumes(
    served: Any, mill: Mill, owner: Any, stranger: Any
) -> None:
    first = mill.accept("test.noop")
    mill.accept("test.noop", tenant_id=stranger.tenant_id)
    mill.work_until_idle()

    with streaming(served, owner, "/v1/events", **{"Last-Event-ID": "0"}) as response:
        seen = frames(response.iter_lines())
        replayed = [next(seen) for _ in range(3)]
    with streaming(served, owner, "/v1/events", **{"Last-Event-ID": str(replayed[0].id)}) as response:
        seen = frames(response.iter_lines())
        resumed = [next(seen) for _ in range(2)]
        second = mill.accept("test.noop")
        live = next(seen)

    assert [frame.data["job_id"] for frame in replayed] == [str(first)] * 3
    assert resumed == replayed[1:]
    assert (live.data["job_id"], live.event) == (str(second), "job.queued")


def test_a_tenants_stream_begins_now_when_nothing_else_is_said(served: Any, mill: Mill, owner: Any) -> None:
    mill.accept("test.noop")
    mill.work_until_idle()

    with streaming(served, owner, "/v1/events") as response:
        assert response.status_code == 200
        second = mill.accept("test.noop")
        assert next(frames(response.iter_lines())).data["job_id"] == str(second)


def test_an_event_that_is_committed_late_is_not_missed_by_a_tenants_stream(served: Any, mill: Mill, owner: Any) -> None:
    late, early = mill.accept("test.noop"), mill.accept("test.noop")
    insert = text("INSERT INTO events (job_id, seq, tenant_id, type) VALUES (:job, 2, :tenant, 'job.log')")

    with streaming(served, owner, "/v1/events") as response:
        seen = frames(response.iter_lines())
        with mill.db.engine.connect() as slow:
            slow.execute(insert, {"job": late, "tenant": mill.tenant})
            with mill.db.unit_of_work() as quick:
                quick.execute(insert, {"job": early, "tenant": mill.tenant})
            slow.commit()
        told = [next(seen).data["job_id"] for _ in range(2)]

    assert sorted(told) == sorted([str(late), str(early)])


def test_a_number_that_was_drawn_late_by_an_old_transaction_is_not_missed(served: Any, mill: Mill, owner: Any) -> None:
    jobs = [mill.accept("test.noop") for _ in range(2)]
    insert = text("INSERT INTO events (job_id, seq, tenant_id, type) VALUES (:job, 2, :tenant, 'job.log')")
    draw = text("SELECT pg_current_xact_id()")

    with streaming(served, owner, "/v1/events") as response:
        seen = frames(response.iter_lines())
        with mill.db.engine.connect() as older, mill.db.engine.connect() as newer:
            older.execute(draw)
            newer.execute(insert, {"job": jobs[0], "tenant": mill.tenant})
            older.execute(insert, {"job": jobs[1], "tenant": mill.tenant})
            older.commit()
            first = next(seen)
            newer.commit()
            second = next(seen)

    assert (first.data["job_id"], second.data["job_id"]) == (str(jobs[1]), str(jobs[0]))
    assert number_of(first) > number_of(second)


def test_a_hint_reaches_a_stream_long_before_the_next_poll(serve: Any, valkey_url: str, mill: Mill, owner: Any) -> None:
    served = serve(broker_url=SecretStr(valkey_url), poll_s=60)
    job = mill.accept("test.noop")
    begun = monotonic()

    with streaming(served, owner, f"/v1/jobs/{job}/events") as response:
        seen = frames(response.iter_lines())
        next(seen)
        httpx.post(f"{served.url}/v1/jobs/{job}/cancel", headers=owner.headers)
        last = next(seen)

    assert last.event == "job.canceled"
    assert monotonic() - begun < 10


def test_a_stopping_gateway_ends_its_streams(served: Any, mill: Mill, owner: Any) -> None:
    job = mill.accept("test.noop")

    with (
        streaming(served, owner, f"/v1/jobs/{job}/events") as one,
        streaming(served, owner, "/v1/events") as two,
    ):
        lines, others = one.iter_lines(), two.iter_lines()
        next(lines), next(others)
        served.server.should_exit = True
        list(lines), list(others)

    served.thread.join(8)
    assert not served.thread.is_alive()


def test_a_large_body_is_refused_on_the_wire(served: Any, owner: Any) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(11):
            yield b" " * 1_000_000

    headers = {**owner.headers, "content-type": "application/json"}
    whole = httpx.post(f"{served.url}/v1/jobs", content=b"x" * 11_000_000, headers=headers)
    chunked = httpx.post(f"{served.url}/v1/jobs", content=chunks(), headers=headers)

    assert (whole.status_code, chunked.status_code) == (413, 413)
    assert {whole.headers["content-type"], chunked.headers["content-type"]} == {"application/problem+json"}
