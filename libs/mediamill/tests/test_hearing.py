"""A worker that lives and takes nothing finds out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import select

from mediamill import clock
from mediamill.handlers.hearing import IN_VAIN, Hearing
from mediamill.handlers.process import EXIT_DEAF
from mediamill.jobs.model import Worker
from mediamill.settings import Settings
from mediamill.wire.celery import broker_answers, make_app
from mediamill_testing.harness import Mill
from mill.stack import start_valkey

DEAF_WORKER = """
import threading
from mediamill.assets.store import store
from mediamill.db.session import database
from mediamill.handlers.hearing import Hearing
from mediamill.handlers.process import WorkerProcess
from mediamill.handlers.registration import Registration
from mediamill.handlers.runner import Parts
from mediamill.queues.registry import registry
from mediamill.settings import settings

class Deaf(Hearing):
    def is_deaf(self, free_slots):
        return True

url = settings().database_url.get_secret_value()
worker = WorkerProcess(
    Parts(database(), registry(), store()),
    Registration(database(), url, ["test"], 1, serves={"test.noop": [1]}, holds_session=True),
    slots=1, heartbeat_s=0.1, grace_s=0, hearing=Deaf(database(), ["test"], {}, lambda: True),
)
worker.start()
threading.Event().wait(60)
"""


def publish_again(mill: Mill, job: UUID) -> None:
    before, until = mill.job(job).delivery, clock.monotonic() + 20
    while mill.job(job).delivery == before:
        assert clock.monotonic() < until
        mill.sweeper.tick()


def published(mill: Mill) -> UUID:
    job = mill.accept("test.noop")
    mill.dispatcher.tick()
    return job


def test_who_hears_nothing_of_what_is_published_again_and_again_is_deaf(mill: Mill) -> None:
    hearing = Hearing(mill.db, ["test"], mill.worker.registration.serves, lambda: True)
    job = published(mill)
    looks = [hearing.is_deaf(1)]

    for _ in range(IN_VAIN):
        publish_again(mill, job)
        looks.append(hearing.is_deaf(1))

    assert looks == [False] * IN_VAIN + [True]


def test_who_hears_something_or_has_no_slot_is_not_deaf(mill: Mill) -> None:
    hearing, busy = (Hearing(mill.db, ["test"], mill.worker.registration.serves, lambda: True) for _ in range(2))
    job = published(mill)

    for _ in range(IN_VAIN + 1):
        hearing.heard()
        assert not hearing.is_deaf(1)
        assert not busy.is_deaf(0)
        publish_again(mill, job)

    assert not hearing.is_deaf(1)


def test_a_broker_that_is_away_and_a_conductor_that_publishes_nothing_make_nobody_deaf(mill: Mill) -> None:
    without_broker = Hearing(mill.db, ["test"], mill.worker.registration.serves, lambda: False)
    without_conductor = Hearing(mill.db, ["test"], mill.worker.registration.serves, lambda: True)
    job = published(mill)

    for _ in range(IN_VAIN + 1):
        publish_again(mill, job)
        assert not without_broker.is_deaf(1)

    assert not any(without_conductor.is_deaf(1) for _ in range(IN_VAIN + 2))


def test_what_other_queues_wait_for_is_none_of_its_business(mill: Mill) -> None:
    hearing = Hearing(mill.db, ["shop"], mill.worker.registration.serves, lambda: True)
    job = published(mill)

    for _ in range(IN_VAIN + 1):
        publish_again(mill, job)

        assert not hearing.is_deaf(1)


def test_a_broker_answers_while_it_is_there(tmp_path: Path) -> None:
    running = start_valkey(tmp_path)
    app = make_app(Settings(broker_url=SecretStr(running.url)))
    before = broker_answers(app)

    running.stop()

    assert (before, broker_answers(app)) == (True, False)


def test_a_deaf_worker_signs_off_and_ends_to_be_started_again(mill: Mill, tmp_path: Path) -> None:
    url = mill.config.database_url.get_secret_value()
    settings = {"MEDIAMILL_DATABASE_URL": url, "MEDIAMILL_STORE_URL": tmp_path.as_uri()}

    ended = subprocess.run([sys.executable, "-c", DEAF_WORKER], env={**os.environ, **settings}, timeout=60, check=False)

    assert ended.returncode == EXIT_DEAF
    with mill.db.unit_of_work() as connection:
        assert connection.execute(select(Worker.id)).scalars().all() == [mill.worker.registration.worker_id]
