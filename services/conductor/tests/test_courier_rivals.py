"""Receivers that hang, couriers that die or race, endpoints that only fail: nobody else notices."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from conductor.courier.tick import Courier
from mediamill.webhooks import queries
from mediamill_testing.harness import Mill
from mediamill_testing.receiver import Receiver, until
from mediamill_testing.webhooks import add_endpoint, deliveries, endpoint, make_due, run, sql, states, told

Receivers = Callable[..., Receiver]


def test_a_receiver_that_hangs_delays_nobody_else(mill: Mill, courier: Courier, receiver: Receivers) -> None:
    dead, good = receiver(hold_s=60), receiver()
    add_endpoint(mill, dead.url)
    add_endpoint(mill, good.url, ["job.queued"])
    for _ in range(50):
        mill.accept("test.noop")

    until(lambda: len(good.received) == 50, courier.tick)

    assert len({message.id for message in good.received}) == 50
    assert len(dead.received) <= 4


def test_a_lane_that_fails_is_tried_one_at_a_time(mill: Mill, courier: Courier, receiver: Receivers) -> None:
    broken = receiver(*[500] * 100)
    add_endpoint(mill, broken.url, ["job.queued"])
    mill.accept("test.noop")
    until(lambda: [d.failures for d in deliveries(mill)] == [1], courier.tick)
    for _ in range(10):
        mill.accept("test.noop")
    open_at_once = []

    def turn() -> None:
        courier.tick()
        open_at_once.append(sum(d.state == "sending" for d in deliveries(mill)))

    until(lambda: len(broken.received) == 11, turn)

    assert max(open_at_once) == 1


def test_what_a_killed_courier_was_sending_is_sent_by_another_after_the_lease(
    mill: Mill, couriers: Callable[..., Courier], receiver: Receivers
) -> None:
    slow = receiver(hold_s=60)
    add_endpoint(mill, slow.url, ["job.succeeded"])
    run(mill)
    killed, other = couriers(), couriers()
    until(lambda: slow.received, killed.tick)
    too_early = other.tick()
    make_due(mill)

    until(lambda: len(slow.received) == 2, other.tick)
    slow.released.set()
    until(lambda: states(mill) == {"delivered"}, lambda: (killed.tick(), other.tick()))

    assert too_early == 0
    assert slow.received[0].id == slow.received[1].id
    assert (deliveries(mill)[0].attempts, len(deliveries(mill)[0].tries)) == (2, 1)


def test_two_couriers_never_make_the_same_try(
    mill: Mill, couriers: Callable[..., Courier], receiver: Receivers
) -> None:
    good = receiver()
    add_endpoint(mill, good.url, ["job.queued"])
    for _ in range(60):
        mill.accept("test.noop")
    done = threading.Event()

    def work(one: Courier) -> None:
        while not done.is_set():
            one.tick()

    with ThreadPoolExecutor(3) as pool:
        for _ in range(3):
            pool.submit(work, couriers())
        until(lambda: [d.state for d in deliveries(mill)] == ["delivered"] * 60)
        done.set()

    assert len(good.received) == len({message.id for message in good.received}) == 60
    assert {delivery.attempts for delivery in deliveries(mill)} == {1}


def test_an_endpoint_that_only_failed_for_five_days_is_disabled_and_says_why(
    mill: Mill, courier: Courier, receiver: Receivers
) -> None:
    broken = receiver(500, 500)
    hook = add_endpoint(mill, broken.url, ["job.succeeded"])
    run(mill)
    until(lambda: endpoint(mill, hook).failing_since, courier.tick)
    at_first = endpoint(mill, hook).disabled_at
    sql(mill, "UPDATE webhook_endpoints SET failing_since = now() - interval '5 days 1 minute'")
    make_due(mill)

    until(lambda: endpoint(mill, hook).disabled_at, courier.tick)
    run(mill)
    courier.tick()

    assert at_first is None
    assert endpoint(mill, hook).disabled_reason == "Nothing but failures for 5 days; the last one: answered 500."
    assert (len(deliveries(mill)), states(mill)) == (1, {"failed"})


def test_a_redelivery_that_arrives_at_a_disabled_endpoint_enables_it(
    mill: Mill, courier: Courier, receiver: Receivers
) -> None:
    good = receiver()
    hook = add_endpoint(mill, good.url, ["job.succeeded"])
    run(mill)
    until(lambda: states(mill) == {"delivered"}, courier.tick)
    sql(mill, "UPDATE webhook_endpoints SET disabled_at = now(), disabled_reason = 'a test'")
    with mill.db.unit_of_work() as connection:
        asked = {"tenant_id": mill.tenant, "endpoint_id": hook, "delivery_id": deliveries(mill)[0].id}
        connection.execute(queries.redeliver(), asked)

    until(lambda: len(good.received) == 2 and states(mill) == {"delivered"}, courier.tick)

    assert good.received[0].id == good.received[1].id
    assert (endpoint(mill, hook).disabled_at, endpoint(mill, hook).disabled_reason) == (None, None)


def test_with_nobody_to_tell_the_events_are_passed_over(mill: Mill, courier: Courier, receiver: Receivers) -> None:
    run(mill)
    courier.tick()
    passed = sql(mill, "SELECT xid::text::bigint AS xid FROM webhook_position")[0].xid
    good = receiver()
    add_endpoint(mill, good.url, ["job.succeeded"])

    run(mill)
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    assert passed > sql(mill, "SELECT min(xid::text::bigint) AS xid FROM events")[0].xid
    assert told(good) == ["job.succeeded"]


def test_a_database_restored_into_a_younger_cluster_tells_what_happens_next(
    mill: Mill, courier: Courier, receiver: Receivers
) -> None:
    good = receiver()
    add_endpoint(mill, good.url, ["job.succeeded"])
    sql(mill, "UPDATE webhook_position SET xid = '4000000000'")
    courier.tick()

    run(mill)

    until(lambda: states(mill) == {"delivered"}, courier.tick)
