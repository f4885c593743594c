"""Hints: told together where that is cheaper, and heard only by whom they concern."""

from __future__ import annotations

import asyncio
import threading

import pytest
import redis

from mediamill.hints import CANCEL, CANCELS, CHANNEL, AsyncPublisher, Publisher, Waiter
from mediamill_testing.stacks import until


class Ear:
    """Everything that is said on the channel."""

    def __init__(self, url: str, channel: str = CHANNEL) -> None:
        self._subscription = redis.Redis.from_url(url).pubsub()  # type: ignore[no-untyped-call]  # annotated by halves
        self._subscription.subscribe(channel)
        self._subscription.get_message(timeout=5)

    def next(self) -> set[str]:
        message = self._subscription.get_message(timeout=5)
        assert message is not None
        return set(message["data"].decode().split("\n"))


@pytest.fixture
def ear(valkey_url: str) -> Ear:
    return Ear(valkey_url)


def test_what_is_to_be_told_soon_goes_with_what_is_told_now(valkey_url: str, ear: Ear) -> None:
    publisher = Publisher(valkey_url)

    publisher.publish_soon("job:1", "tenant:1")
    publisher.publish("job:1", "slot")

    assert ear.next() == {"job:1", "tenant:1", "slot"}


def test_what_is_to_be_told_soon_is_told_by_itself(valkey_url: str, ear: Ear) -> None:
    publisher = Publisher(valkey_url)

    publisher.publish_soon("job:1")

    assert ear.next() == {"job:1"}
    publisher.publish_soon("job:2")
    assert ear.next() == {"job:2"}


def test_hints_come_back_with_their_broker(valkey_url: str, ear: Ear) -> None:
    publisher = Publisher(valkey_url)
    publisher.publish("before")
    client = redis.Redis.from_url(valkey_url)
    for other in client.client_list(_type="normal"):
        client.client_kill_filter(_id=other["id"], skipme=True)

    publisher.publish("after")

    assert ear.next() == {"before"}
    assert ear.next() == {"after"}


def test_a_cancel_is_told_on_its_own_channel_and_nothing_else_is(valkey_url: str, ear: Ear) -> None:
    workers = Ear(valkey_url, CANCELS)
    publisher = Publisher(valkey_url)

    publisher.publish("job:1")
    publisher.publish("job:2", CANCEL)
    asyncio.run(AsyncPublisher(valkey_url).publish("job:3", CANCEL))

    assert [ear.next(), ear.next(), ear.next()] == [{"job:1"}, {"job:2", CANCEL}, {"job:3", CANCEL}]
    assert [workers.next(), workers.next()] == [{CANCEL}, {CANCEL}]


def test_a_waiter_sleeps_through_what_does_not_matter(valkey_url: str) -> None:
    heard: list[str] = []
    woken = threading.Event()

    def matters(topic: str) -> bool:
        heard.append(topic)
        return topic == "dispatch"

    waiter = Waiter(valkey_url, matters)
    thread = threading.Thread(target=lambda: (waiter.wait(30), woken.set()), daemon=True)
    thread.start()
    publisher = Publisher(valkey_url)

    def heard_slot() -> bool:
        publisher.publish("slot")
        return "slot" in heard

    until(heard_slot, 10)
    assert not woken.is_set()
    publisher.publish("dispatch")

    assert woken.wait(10)
