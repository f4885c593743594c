"""The whole stack on RabbitMQ with quorum queues and without any Redis; `tests/chaos` shakes it."""

from __future__ import annotations

from collections.abc import Iterator

import amqp
import kombu
import pytest

from mediamill.wire.message import broker_queue
from mediamill_testing.rabbit import Rabbit, running_rabbit
from mediamill_testing.stacks import Stack, running_stack, until

pytestmark = pytest.mark.xdist_group("rabbit")


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbit]:
    """A node out of Debian's archive."""
    with running_rabbit(tmp_path_factory.mktemp("rabbit")) as found:
        yield found


@pytest.fixture(scope="module")
def stack(rabbit: Rabbit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack on it."""
    with running_stack(tmp_path_factory.mktemp("stack"), MEDIAMILL_BROKER_URL=rabbit.url) as running:
        yield running


def test_a_flow_and_its_children_go_over_quorum_queues(stack: Stack, rabbit: Rabbit) -> None:
    done = stack.ended(stack.submit("test.fanout", {"n": 5})["id"])

    assert done["state"] == "succeeded"
    with (
        kombu.Connection(rabbit.url) as connection,
        pytest.raises(amqp.PreconditionFailed, match=r"x-queue-type.*quorum"),
    ):
        connection.default_channel.queue_declare(broker_queue("test"), durable=True, auto_delete=False)


def test_a_worker_holds_no_more_than_it_can_begin(stack: Stack, rabbit: Rabbit) -> None:
    slots = stack.sql("SELECT slots FROM workers WHERE NOT draining")[0]["slots"]
    for _ in range(slots):
        stack.submit("test.sleep", {"seconds": 30})
    until(lambda: stack.sql("SELECT count(*) AS n FROM jobs WHERE state = 'running'")[0]["n"] == slots)

    with stack.another_worker():
        until(lambda: stack.sql("SELECT count(*) AS n FROM workers WHERE NOT draining")[0]["n"] == 2, 60)
        jobs = [stack.submit("test.noop")["id"] for _ in range(6)]
        ended = [stack.ended(job, 20)["state"] for job in jobs]

    assert ended == ["succeeded"] * 6
