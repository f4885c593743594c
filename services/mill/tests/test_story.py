"""What `mill jobs trace` tells, from the database alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from mediamill.ids import uuid7
from mediamill.jobs.accept import JobWebhook
from mediamill_testing.harness import Mill
from mediamill_testing.mortals import deliver_and_die
from mediamill_testing.vendor.server import VendorServer
from mill.cli.trace import trace
from mill.errors import WrongUse
from mill.stack.errors import NotRunning
from mill.story.gantt import LOST, OPEN, SIGNS, gantt
from mill.story.model import JobStory, Story, Stretch, Told, What
from mill.story.read import NoSuchJob, read_story
from mill.story.stretches import stretches
from mill.story.words import words

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def told(*events: tuple[str, float, dict[str, object]]) -> list[Told]:
    return [
        Told(seq=seq, type=f"job.{type_}", at=BEGAN + timedelta(seconds=at), data=data)
        for seq, (type_, at, data) in enumerate(events, 1)
    ]


def read(mill: Mill, job: UUID, **most: int) -> Story:
    return read_story(mill.config.database_url.get_secret_value(), job, **most)


def job_story(kind: str, *parts: Stretch, children: tuple[JobStory, ...] = (), ends_s: float | None = 10) -> JobStory:
    return JobStory(
        id=str(uuid7()),
        kind=kind,
        queue="test",
        state="succeeded" if ends_s is not None else "running",
        tenant_id=str(uuid7()),
        parent_id=None,
        provider="local",
        priority=5,
        attempt=1,
        crashes=0,
        delivery=1,
        cost=Decimal(0),
        error=None,
        trace_id=None,
        created_at=BEGAN,
        started_at=BEGAN,
        finished_at=BEGAN + timedelta(seconds=ends_s) if ends_s is not None else None,
        stretches=list(parts),
        children=list(children),
    )


def stretch(what: What, began_s: float, ended_s: float | None, why: str = "") -> Stretch:
    ended_at = BEGAN + timedelta(seconds=ended_s) if ended_s is not None else None
    return Stretch(what=what, began_at=BEGAN + timedelta(seconds=began_s), ended_at=ended_at, why=why)


def test_events_become_what_a_job_did_one_after_the_other() -> None:
    found = stretches(
        told(
            ("queued", 0, {}),
            ("started", 1, {"attempt": 1, "delivery": 1}),
            ("progress", 1.5, {"current": 1}),
            ("handed_back", 2, {"reason": "worker_lost", "crashes": 1}),
            ("started", 3, {"attempt": 1, "delivery": 2}),
            ("waiting", 4, {"reason": "prediction"}),
            ("woken", 9, {}),
            ("started", 10, {"attempt": 1, "delivery": 3}),
            ("retrying", 11, {"delay_s": 2.0, "error": {"code": "busy"}}),
            ("started", 13, {"attempt": 2, "delivery": 4}),
            ("failed", 14, {"error": {"code": "moderated"}}),
            ("queued", 20, {"redrive": True}),
        )
    )

    assert [(one.what, one.seconds(BEGAN), one.why) for one in found[:-1]] == [
        (What.LINE, 1, ""),
        (What.RUN, 1, "lost with its worker"),
        (What.LINE, 1, "handed back"),
        (What.RUN, 1, "parked"),
        (What.WAIT, 5, "prediction"),
        (What.LINE, 1, "woken"),
        (What.RUN, 1, "failed, busy"),
        (What.LINE, 2, "to try again after 2.0 s"),
        (What.RUN, 1, "failed for good, moderated"),
    ]
    assert [one.delivery for one in found if one.what is What.RUN] == [1, 2, 3, 4]
    assert (found[-1].why, found[-1].ended_at) == ("redriven", None)


def test_the_picture_has_a_line_for_each_job_to_scale() -> None:
    child = job_story("image.generate", stretch(What.LINE, 2, 4), stretch(What.RUN, 4, 8, "lost with its worker"))
    other = job_story("audio.speech", stretch(What.RUN, 5, None), ends_s=None)
    flow = job_story(
        "flow.film",
        *(stretch(What.RUN, 0, 2, "parked"), stretch(What.WAIT, 2, 8), stretch(What.RUN, 8, 10, "succeeded")),
        children=(child, other),
    )

    header, first, second, third, legend = gantt(
        Story(at=BEGAN + timedelta(seconds=10), job=flow, jobs=3, cost=Decimal(0), is_cut=False), 39 + 100
    )

    assert header.rstrip().endswith("10.0 s")
    bar = first[39:]
    assert (bar.count(SIGNS[What.RUN]), bar.count(SIGNS[What.WAIT])) == (41, 59)
    assert second.startswith("├─ image.generate")
    assert second[39:].strip(" ").startswith(SIGNS[What.LINE] * 19)
    assert second.endswith(LOST)
    assert third.startswith("└─ audio.speech")
    assert third.endswith(OPEN)
    assert "in line" in legend


def test_a_large_flow_is_drawn_to_where_somebody_still_reads_it() -> None:
    children = tuple(job_story("test.noop", stretch(What.RUN, 0, 1)) for _ in range(1_000))
    flow = job_story("test.fanout", stretch(What.RUN, 0, 1), children=children)

    lines = gantt(Story(at=BEGAN, job=flow, jobs=1_001, cost=Decimal(0), is_cut=False), 100)

    assert len(lines) == 203
    assert "801 others" in lines[-2]


def test_a_job_that_lost_its_worker_and_waited_for_a_vendor_is_told_to_the_end(
    mill: Mill, vendor: VendorServer
) -> None:
    hook = JobWebhook("http://127.0.0.1:9/hook/secret-path", ["job.succeeded"], "lane")
    job = mill.accept("test.wait", {"seconds": 0.2, "cost": 1}, traceparent=GIVEN, webhook=hook)
    deliver_and_die(mill, 2, "before")
    mill.work_until_ended(job)

    story = read(mill, job)
    text = "\n".join(words(story, 120))

    runs = [one.why for one in story.job.stretches if one.what is What.RUN]
    assert runs == ["lost with its worker", "parked", "succeeded"]
    assert (story.job.state, story.job.crashes, story.job.trace_id) == ("succeeded", 1, GIVEN[3:35])
    (step,) = story.job.steps
    (sale,) = vendor.bill.sales()
    assert (step.type, step.state, step.vendor, step.prediction) == ("prediction", "done", "replicate", sale.id)
    assert step.cost == mill.job(job).cost > 0
    assert f"{step.cost.normalize():f} USD" in text
    assert "run 1, attempt 1" in text
    assert "lost with its worker" in text
    assert "waits (prediction)" in text
    assert "secret-path" not in story.model_dump_json()


def test_a_flow_is_told_with_its_children(mill: Mill) -> None:
    job = mill.accept("test.fanout", {"n": 3})
    mill.work_until_ended(job)

    story = read(mill, job)

    assert story.jobs == 4
    assert [child.kind for child in story.job.children] == ["test.noop"] * 3
    assert [child.stretches[-1].why for child in story.job.children] == ["succeeded"] * 3
    assert {one.why for one in story.job.stretches if one.what is What.WAIT} == {"children"}
    assert len([line for line in words(story, 100) if "─ test.noop" in line]) == 3


def test_a_job_that_waits_says_for_what_and_one_that_runs_says_where(mill: Mill) -> None:
    job = mill.accept("test.fanout", {"n": 2})
    mill.dispatcher.tick()
    mill.worker.deliver([(job, 1)])  # type: ignore[list-item]  # as it comes off the wire

    story = read(mill, job)

    assert story.job.waits_for is not None
    assert (story.job.waits_for.reason, story.job.waits_for.pending) == ("children", 2)
    assert "waits for: children 2 children" in "\n".join(words(story, 100))
    assert story.job.stretches[-1].ended_at is None


def test_a_flow_that_is_too_large_is_cut_and_says_so(mill: Mill) -> None:
    job = mill.accept("test.fanout", {"n": 3})
    mill.work_until_ended(job)

    story = read(mill, job, most=2)

    assert (story.jobs, story.is_cut) == (2, True)
    assert any("or more others" in line for line in words(story, 100))


def test_a_job_that_is_not_there_is_told_so(mill: Mill) -> None:
    with pytest.raises(NoSuchJob):
        read(mill, uuid7())


def test_what_is_no_id_or_no_database_is_told_by_its_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDIAMILL_DATABASE_URL", raising=False)

    with pytest.raises(WrongUse):
        trace("nonsense", data=tmp_path)
    with pytest.raises(NotRunning):
        trace(str(uuid7()), data=tmp_path)
