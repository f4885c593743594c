"""The wire speaks Celery's language, whoever writes and whoever reads."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from celery.contrib.testing.worker import start_worker
from pydantic import SecretStr

from mediamill.ids import uuid7
from mediamill.settings import Settings
from mediamill.wire.celery import make_app
from mediamill.wire.consume import handing_to
from mediamill.wire.message import TASK, Delivery, Received, broker_queue
from mediamill.wire.publish import Publisher, ThroughCelery, ToRedis, publisher
from mill.stack.valkey import start_valkey


def app_of(url: str) -> Celery:
    return make_app(Settings(broker_url=SecretStr(url)))


@pytest.fixture
def stock(valkey_url: str) -> tuple[Celery, queue.Queue[tuple[str, int]]]:
    """A Celery of which nothing was changed, with a task of our name."""
    come: queue.Queue[tuple[str, int]] = queue.Queue()
    app = Celery("stock", broker=valkey_url, set_as_current=False)

    @app.task(name=TASK, shared=False)
    def take(*deliveries: tuple[str, int]) -> None:
        for job_id, number in deliveries:
            come.put((job_id, number))

    return app, come


@pytest.mark.parametrize("make", [ToRedis, lambda url: ThroughCelery(app_of(url))])
def test_a_stock_celery_worker_reads_what_is_published(
    make: Any, valkey_url: str, stock: tuple[Celery, queue.Queue[tuple[str, int]]]
) -> None:
    wire: Publisher = make(valkey_url)
    deliveries = [Delivery(uuid7(), number, "stock") for number in (1, 2, 3)]
    app, come = stock

    sent = wire.publish(deliveries, in_a_row=2)

    with start_worker(app, queues=[broker_queue("stock")], perform_ping_check=False, pool="solo"):
        heard = [come.get(timeout=20) for _ in deliveries]
    assert sent == 3
    assert heard == [(str(delivery.job_id), delivery.number) for delivery in deliveries]


@pytest.mark.parametrize("make", [ToRedis, lambda url: ThroughCelery(app_of(url))])
def test_our_worker_hears_both_ways_of_publishing_and_outlives_a_delivery_that_breaks(
    make: Any, valkey_url: str
) -> None:
    come: queue.Queue[Sequence[Received]] = queue.Queue()
    app = app_of(valkey_url)

    def deliver(deliveries: Sequence[Received]) -> None:
        come.put(deliveries)
        raise RuntimeError("it breaks")

    def never() -> None:
        raise AssertionError

    app.task(never, name=TASK, shared=False, Strategy=staticmethod(handing_to(deliver)))
    deliveries = [Delivery(uuid7(), number, "ours") for number in range(5)]

    with start_worker(app, queues=[broker_queue("ours")], perform_ping_check=False, pool="threads", concurrency=1):
        make(valkey_url).publish(deliveries, in_a_row=2)
        heard = [come.get(timeout=20) for _ in range(3)]

    assert [len(parcel) for parcel in heard] == [2, 2, 1]
    assert [delivery for parcel in heard for delivery in parcel] == [(one.job_id, one.number) for one in deliveries]


def test_what_is_no_delivery_is_dropped_and_the_next_one_is_heard(valkey_url: str) -> None:
    heard = threading.Event()
    app = app_of(valkey_url)
    app.task(heard.set, name=TASK, shared=False, Strategy=staticmethod(handing_to(lambda _: heard.set())))
    wire = app_of(valkey_url)
    for arguments in ((), ("no id", 1), (7,), ([str(uuid7()), "no number"],), ([7, 7],), ([str(uuid7()), 1, 2],)):
        wire.send_task(TASK, args=arguments, queue=broker_queue("nonsense"))

    with start_worker(app, queues=[broker_queue("nonsense")], perform_ping_check=False, pool="threads", concurrency=1):
        assert not heard.wait(0.2)
        ToRedis(valkey_url).publish([Delivery(uuid7(), 1, "nonsense")])

        assert heard.wait(20)


def test_a_broker_that_is_away_takes_nothing_and_breaks_nothing() -> None:
    wire = publisher(Settings(broker_url=SecretStr("redis://127.0.0.1:1/0")))

    assert wire.publish([Delivery(uuid7(), 1, "ours")]) == 0


def test_a_broker_that_was_away_or_was_started_anew_is_told_of_once(tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    wire = ToRedis(server.url)
    assert not wire.came_back()

    server.stop()
    is_away = not wire.came_back()
    again = start_valkey(tmp_path, port=server.port)

    assert is_away
    assert [wire.came_back(), wire.came_back()] == [True, False]
    again.stop()
    third = start_valkey(tmp_path, port=server.port)
    assert wire.publish([Delivery(uuid7(), 1, "ours")]) == 1
    assert [wire.came_back(), wire.came_back()] == [True, False]
    third.stop()


def test_a_message_leaves_nothing_behind_in_the_broker(valkey_url: str) -> None:
    ToRedis(valkey_url).publish([Delivery(uuid7(), 1, "traces")])
    client = redis.Redis.from_url(valkey_url)

    client.rpop(broker_queue("traces"))

    assert client.keys("*traces*") == []
