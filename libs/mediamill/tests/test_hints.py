"""Hints: told together where that is cheaper, and heard only by whom they concern."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
import redis

from mediamill import hints
from mediamill.hints import CANCEL, CANCELS, CHANNEL, Publisher, Waiter
from mediamill.hints_async import AsyncPublisher, Changed, Listener
from mediamill_testing.stacks import until

PATIENCE_S = 10


class Ear:
    """Everything that is said on the channel."""

    def __init__(self, url: str, channel: str = CHANNEL) -> None:
        self._subscription = redis.Redis.from_url(url).pubsub()  # type: ignore[no-untyped-call]  # annotated by halves
        self._subscription.subscribe(channel)
        self._subscription.get_message(timeout=5)

    def next(self) -> set[str]:
        message = self.soon(5)
        assert message is not None
        return message

    def soon(self, timeout_s: float = 0.2) -> set[str] | None:
        message = self._subscription.get_message(timeout=timeout_s)
        return set(message["data"].decode().split("\n")) if message is not None else None


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


def test_an_async_publisher_is_answered_nothing_and_comes_back_with_its_broker(valkey_url: str, ear: Ear) -> None:
    client = redis.Redis.from_url(valkey_url)

    async def told() -> list[set[str]]:
        publisher, heard = AsyncPublisher(valkey_url), []
        await publisher.publish("job:1")
        heard.append(ear.next())
        for other in client.client_list(_type="normal"):
            client.client_kill_filter(_id=other["id"], skipme=True)
        async with asyncio.timeout(PATIENCE_S):
            while not heard[1:]:
                await publisher.publish("job:2")
                if message := ear.soon():
                    heard.append(message)
        await publisher.close()
        return heard

    assert asyncio.run(told()) == [{"job:1"}, {"job:2"}]


def test_who_may_not_ask_for_silence_is_heard_all_the_same(valkey_url: str, ear: Ear) -> None:
    client = redis.Redis.from_url(valkey_url)
    client.acl_setuser("shy", enabled=True, nopass=True, channels=["*"], commands=["+@all", "-client"], keys=["*"])
    shy = valkey_url.replace("redis://", "redis://shy:any@")

    async def told() -> None:
        publisher = AsyncPublisher(shy)
        for number in range(3):
            await publisher.publish(f"job:{number}")
        await publisher.close()

    asyncio.run(told())

    assert [ear.next(), ear.next(), ear.next()] == [{"job:0"}, {"job:1"}, {"job:2"}]


def test_who_begins_to_listen_is_rung_at_once_and_for_every_change_after_that(valkey_url: str) -> None:
    async def heard() -> list[float]:
        listener, loop = Listener(valkey_url), asyncio.get_running_loop()
        await listener.start()
        took = []
        async with listener.watch("job:1") as ear:
            for publish in (False, True, True):
                if publish:
                    Publisher(valkey_url).publish("job:2", "job:1")
                began = loop.time()
                await ear.wait(PATIENCE_S)
                took.append(loop.time() - began)
        await listener.close()
        return took

    assert max(asyncio.run(heard())) < PATIENCE_S


def test_nobody_is_subscribed_when_nobody_listens_any_more(valkey_url: str) -> None:
    client = redis.Redis.from_url(valkey_url)

    def subscribed() -> int:
        return int(client.pubsub_numsub(CHANNEL)[0][1])

    async def changes(ear: Changed) -> None:
        Publisher(valkey_url).publish("job:1")
        await ear.wait(PATIENCE_S)

    async def counted() -> list[int]:
        before, listener, counts = subscribed(), Listener(valkey_url, linger_s=0), []
        await listener.start()
        counts.append(subscribed() - before)
        for _ in range(2):
            async with listener.watch("job:1") as ear:
                await ear.wait(PATIENCE_S)
                await changes(ear)
                counts.append(subscribed() - before)
            async with asyncio.timeout(PATIENCE_S):
                while subscribed() > before:
                    Publisher(valkey_url).publish("job:1")
                    await asyncio.sleep(0.01)
        await listener.close()
        return counts

    assert asyncio.run(counted()) == [0, 1, 1]


class Hung:
    """A server that takes a subscription and is never heard of again."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._socket.getsockname()[1]}/0?protocol=2"
        self.guests = 0
        threading.Thread(target=self._welcome, daemon=True).start()

    def _welcome(self) -> None:
        while True:
            guest, _ = self._socket.accept()
            self.guests += 1
            threading.Thread(target=self._nod, args=(guest,), daemon=True).start()

    @staticmethod
    def _nod(guest: socket.socket) -> None:
        while said := guest.recv(4096):
            if b"SUBSCRIBE" not in said and b"PING" not in said:
                guest.sendall(b"+OK\r\n" * said.count(b"*"))


def test_a_server_that_hangs_is_left_by_who_listens_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "HUNG_S", 0.1)
    hung = Hung()
    waiter = Waiter(hung.url, lambda _: True)

    assert until(lambda: not waiter.wait(0.2) and hung.guests >= 2, PATIENCE_S)
