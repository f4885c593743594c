"""The Celery application: JSON only, no results, acknowledged at once, because the database knows better."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

from mediamill.redis_url import Watched, is_watched, located, read_watched, sentinel_options
from mediamill.settings import Settings, settings
from mediamill.wire.prompt import PromptConnection
from mediamill.wire.tolerant import tolerate_nonsense

AMQP = ("amqp://", "amqps://", "pyamqp://")
_ON_RABBITMQ: dict[str, Any] = {
    "broker_heartbeat": 10,
    "broker_transport_options": {"confirm_publish": True},
    "task_create_missing_queue_type": "quorum",
    "task_default_queue_type": "quorum",
    "worker_consumer": "mediamill.wire.frugal:Frugal",
}
"""Queues that survive a node, publishing that is told when they have it, and a worker that is given one at a time."""
HUNG_S = 3
"""A Redis is asked for messages for a second at a time; one that has not answered so long after that is left."""


def make_app(config: Settings) -> Celery:
    """Make the application for a broker.

    On a Redis, what was taken is not noted down there: a message that a dead worker had taken is published again by
    the sweep long before any time-out of Celery's. Order and priority are the dispatcher's, so a queue is one list.
    """
    tolerate_nonsense()
    url = located(config.broker_url.get_secret_value(), config)
    watched = read_watched(url) if is_watched(url) else None
    app = Celery("mediamill", broker=watched.kombu_url if watched else url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=False,
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_transport_options={
            "ack_emulation": False,
            "priority_steps": [0],
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": HUNG_S,
            **({} if watched is None else _through_sentinels(watched)),
        },
    )
    app.amqp.Connection = PromptConnection
    if url.startswith(AMQP):
        app.conf.update(**_ON_RABBITMQ)
    return app


def _through_sentinels(watched: Watched) -> dict[str, Any]:
    asking = sentinel_options(watched, Retry(NoBackoff(), 0))
    return {"master_name": watched.master, "sentinel_kwargs": asking}


def broker_answers(app: Celery) -> bool:
    """Tell whether a connection to the broker can be made now."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
            connection.default_channel  # noqa: B018  # a Redis is connected to by its first channel
    except (OperationalError, OSError, *app.connection_for_write().recoverable_connection_errors):
        return False
    return True


@lru_cache(maxsize=1)
def celery_app() -> Celery:
    """Give this process's application."""
    return make_app(settings())
