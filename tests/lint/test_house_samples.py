"""Each house rule finds what it is for, and nothing else."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple

import pytest

from house.every_rule import RULES
from house.ratchets import Ratchet, Size, function_lines, judge
from house.source import Source
from samples_migrations import AFTER, EXPANDING, VERSIONS

ENGINE = "libs/mediamill/src/mediamill/jobs/accept.py"
SESSION = "libs/mediamill/src/mediamill/db/session.py"
CONTRACT = "services/image/src/mediamill_media/image/contract.py"
A_TEST = "libs/mediamill/tests/test_accept.py"


class Sample(NamedTuple):
    """A file and how often the rule is broken in it."""

    rule: str
    broken: int
    text: str
    path: str = ENGINE


SAMPLES = [
    Sample("commit_at_the_edge", 1, "session.commit()"),
    Sample("commit_at_the_edge", 1, "async def f():\n    await self.session.commit()"),
    Sample("commit_at_the_edge", 0, "session.commit()", SESSION),
    Sample("commit_at_the_edge", 0, "session.commit()", A_TEST),
    Sample("commit_at_the_edge", 0, "with unit_of_work() as session:\n    session.execute(query)"),
    Sample("time_from_the_clock", 1, "from datetime import UTC, datetime\nat = datetime.now(UTC)"),
    Sample("time_from_the_clock", 1, "import datetime\nat = datetime.datetime.utcnow()"),
    Sample("time_from_the_clock", 1, "import time\nat = time.time()"),
    Sample("time_from_the_clock", 1, "from time import time"),
    Sample("time_from_the_clock", 0, "import time\nat = time.time_ns()", "libs/mediamill/src/mediamill/ids.py"),
    Sample("time_from_the_clock", 0, "from mediamill import clock\nat = clock.now()"),
    Sample("state_by_transition", 1, "update(Job).where(Job.id == job).values(state='failed')"),
    Sample("state_by_transition", 1, "update(Job).values({Job.state: 'failed'})"),
    Sample("state_by_transition", 1, "update(Job).values({'state': 'failed'})"),
    Sample("state_by_transition", 1, "job.state = State.FAILED"),
    Sample("state_by_transition", 1, "text('UPDATE jobs SET attempt = 1, state = :state WHERE id = :id')"),
    Sample("state_by_transition", 0, "update(Job).values(state=to)", "libs/mediamill/src/mediamill/jobs/transition.py"),
    Sample("state_by_transition", 0, "insert(Job).values(state='queued').returning(Job)"),
    Sample("state_by_transition", 0, "update(Step).where(Step.seq == seq).values(state='done')"),
    Sample("state_by_transition", 1, "waiting.values(state='failed')"),
    Sample("state_by_transition", 0, "update(Job).values(progress=progress).where(Job.state == 'running')"),
    Sample("state_by_transition", 0, "text('SELECT state FROM jobs WHERE state = :state')"),
    Sample("log_calls_have_fields", 1, "log.info(f'job {job} failed')"),
    Sample("log_calls_have_fields", 1, "self.log.warning('job %s failed' % job)"),
    Sample("log_calls_have_fields", 1, "logging.error('job {} failed'.format(job))"),
    Sample("log_calls_have_fields", 1, "logger.error('job ' + job)"),
    Sample("log_calls_have_fields", 0, "log.info('job.failed', job=job)"),
    Sample("log_calls_have_fields", 0, "logger.info('job %s failed', job)"),
    Sample("log_calls_have_fields", 0, "ctx.log(f'scene {number} is drawn')"),
    Sample("files_are_named_for_what_they_hold", 1, "", "services/gateway/src/gateway/utils.py"),
    Sample("files_are_named_for_what_they_hold", 1, "", "services/gateway/src/gateway/common/keys.py"),
    Sample("files_are_named_for_what_they_hold", 1, "", "services/gateway/src/gateway/job_manager.py"),
    Sample("files_are_named_for_what_they_hold", 0, "", "services/gateway/src/gateway/commons.py"),
    Sample("imports_at_the_top", 1, "def f():\n    import numpy"),
    Sample("imports_at_the_top", 1, "def f():\n    def g():\n        from numpy import array"),
    Sample("imports_at_the_top", 0, "import numpy\ndef f():\n    return numpy.zeros(1)"),
    Sample("tests_use_the_real_thing", 1, "monkeypatch.setattr('mediamill.clock.now', lambda: 0)", A_TEST),
    Sample("tests_use_the_real_thing", 1, "with mock.patch('gateway.jobs.routes.accept'):\n    pass", A_TEST),
    Sample("tests_use_the_real_thing", 0, "monkeypatch.setenv('MEDIAMILL_SECRET', 's')", A_TEST),
    Sample("tests_use_the_real_thing", 0, "monkeypatch.setattr('millify.shorten', str)", A_TEST),
    Sample("tests_use_the_real_thing", 0, "monkeypatch.setattr('socket.getaddrinfo', resolve)", A_TEST),
    Sample("celery_on_the_wire_only", 1, "from celery import Celery"),
    Sample("celery_on_the_wire_only", 1, "import kombu.transport.redis"),
    Sample("celery_on_the_wire_only", 0, "from celery import Celery", "libs/mediamill/src/mediamill/wire/celery.py"),
    Sample("celery_on_the_wire_only", 0, "from mediamill.wire.celery import app"),
    Sample("fastapi_at_the_edge_only", 1, "from fastapi import FastAPI"),
    Sample(
        "fastapi_at_the_edge_only",
        1,
        "import fastapi",
        "libs/mediamill_products/src/mediamill_products/adcraft/flow.py",
    ),
    Sample(
        "fastapi_at_the_edge_only",
        0,
        "import fastapi",
        "libs/mediamill_products/src/mediamill_products/adcraft/routes.py",
    ),
    Sample("fastapi_at_the_edge_only", 0, "from fastapi import FastAPI", "services/gateway/src/gateway/app.py"),
    Sample("contracts_are_light", 1, "import numpy", CONTRACT),
    Sample("contracts_are_light", 1, "from mediamill.db import session", CONTRACT),
    Sample(
        "contracts_are_light", 0, "import re\nfrom pydantic import Field\nfrom mediamill.contracts import Ask", CONTRACT
    ),
    Sample("migrations_say_when_they_run", 1, "", f"{VERSIONS}/0001_jobs.py"),
    Sample("migrations_say_when_they_run", 0, "", f"{VERSIONS}/0001_pre_jobs.py"),
    Sample("migrations_say_what_they_cost", 1, '"""Lock: none."""', f"{VERSIONS}/0031_post_jobs.py"),
    Sample(
        "migrations_say_what_they_cost",
        0,
        '"""Lock: none. Duration: none. Way back: drop it."""',
        f"{VERSIONS}/0031_post_jobs.py",
    ),
    *[Sample("pre_migrations_only_expand", broken, text, AFTER) for broken, text in EXPANDING],
    Sample("pre_migrations_only_expand", 0, EXPANDING[0][1], f"{VERSIONS}/0031_post_jobs.py"),
    Sample("pre_migrations_only_expand", 0, EXPANDING[0][1], f"{VERSIONS}/0009_pre_jobs.py"),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.rule}-{sample.broken}")
def test_a_rule_finds_what_breaks_it_and_nothing_else(sample: Sample) -> None:
    source = Source(PurePosixPath(sample.path), sample.text)

    findings = list(RULES[sample.rule](source))

    assert len(findings) == sample.broken, findings


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_rule_has_a_passing_and_a_failing_sample(name: str) -> None:
    broken = {sample.broken > 0 for sample in SAMPLES if sample.rule == name}

    assert broken == {True, False}


@pytest.mark.parametrize(
    ("largest", "said"),
    [
        (30, None),
        (31, "worst so far"),
        (20, "tighten worst from 30 to 20"),
        (11, "tighten worst from 30 to 20"),
        (41, "limit"),
    ],
)
def test_a_ratchet_turns_one_way(largest: int, said: str | None) -> None:
    judged = judge(Ratchet(limit=40, worst=30, step=10), [Size(5, "small.py"), Size(largest, "large.py")])

    assert judged is None if said is None else said in str(judged)


def test_a_function_is_as_long_as_its_lines_without_the_docstring() -> None:
    source = Source(
        PurePosixPath(ENGINE), 'x = 1\n\n\n@cache\ndef f():\n    """Say why."""\n    a = 1\n\n    return a\n'
    )

    assert [size.lines for size in function_lines(source)] == [4]
