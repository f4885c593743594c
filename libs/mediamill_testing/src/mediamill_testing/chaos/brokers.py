"""Brokers that can be killed, emptied, held still and told nonsense, and start again where they were."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import amqp

from mediamill import clock
from mediamill.wire.message import broker_queue
from mediamill_testing.debian import unpacked
from mediamill_testing.rabbit import Rabbit
from mill.stack import start_valkey
from mill.stack.errors import StackError

AMQP: Any = amqp
"""It has no types."""

RESTART_PATIENCE_S = 60.0
QUEUE = broker_queue("test")


class Broker(Protocol):
    """A broker at an address that it keeps."""

    url: str

    @property
    def pid(self) -> int:
        """Its process."""

    def stop(self) -> None:
        """End it in good order."""

    def kill(self) -> None:
        """End it at once."""

    def start(self) -> None:
        """Start it again."""

    def empty(self) -> str:
        """Lose everything that it holds. Raises ``OSError`` when it is away."""

    def push(self, *messages: bytes) -> None:
        """Put raw messages, dressed as for a Redis or not at all, in the queue of the test kinds."""


class ValkeyBroker:
    """The wheel's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "valkey"
        self._running = start_valkey(self._folder)
        self.url = self._running.url

    @property
    def pid(self) -> int:
        """Its process."""
        return self._running.process.pid

    def stop(self) -> None:
        """End it in good order."""
        self._running.stop()

    def kill(self) -> None:
        """End it at once."""
        self._running.process.kill()
        self._running.process.wait()

    def start(self) -> None:
        """Start it again, as soon as its port is free."""
        port, until = self._running.port, clock.monotonic() + RESTART_PATIENCE_S
        while True:
            try:
                self._running = start_valkey(self._folder, port=port)
                return
            except StackError:
                if clock.monotonic() > until:
                    raise
                time.sleep(0.2)

    def empty(self) -> str:
        """Lose everything."""
        return self._tell(b"FLUSHALL").decode().strip()

    def push(self, *messages: bytes) -> None:
        """Push them as they are."""
        self._tell(b"LPUSH", QUEUE.encode(), *messages)

    def _tell(self, *words: bytes) -> bytes:
        url = urlsplit(self.url)
        with socket.create_connection((url.hostname or "", url.port or 0), timeout=5) as connection:
            connection.sendall(_command(b"AUTH", (url.password or "").encode()) + _command(*words))
            answers = connection.makefile("rb")
            answers.readline()
            return answers.readline()


class RabbitBroker:
    """A node of RabbitMQ with quorum queues."""

    def __init__(self, folder: Path) -> None:
        (folder / "rabbit").mkdir()
        self._rabbit = Rabbit(folder / "rabbit", unpacked("rabbitmq-server").root)
        self._rabbit.prepare()
        self._rabbit.start()
        self.url = self._rabbit.url

    @property
    def pid(self) -> int:
        """Its process."""
        return self._rabbit.pid

    def stop(self) -> None:
        """End it in good order."""
        self._rabbit.kill(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self._rabbit.kill()

    def start(self) -> None:
        """Start it again."""
        self._rabbit.start()

    def empty(self) -> str:
        """Lose everything."""
        return f"{self._do(lambda channel: channel.queue_purge(QUEUE))} messages"

    def push(self, *messages: bytes) -> None:
        """Publish what is in the dress, with the type that it claims."""
        for message in messages:
            body, content_type, headers = _undressed(message)
            dressed = AMQP.Message(
                body, content_type=content_type, content_encoding="utf-8", application_headers=headers
            )
            self._do(functools.partial(_publish, dressed))

    def _do(self, work: Callable[[Any], object]) -> object:
        """Do something on a channel. Raises ``OSError``."""
        url = urlsplit(self.url)
        address = f"{url.hostname}:{url.port}"
        try:
            with AMQP.Connection(address, userid=url.username, password=url.password, connect_timeout=5) as connection:
                return work(connection.channel())
        except AMQP.AMQPError as error:
            raise OSError(str(error)) from error


def _publish(message: Any, channel: Any) -> None:
    channel.basic_publish(message, routing_key=QUEUE)


def _undressed(message: bytes) -> tuple[bytes, str, dict[str, object]]:
    try:
        told = json.loads(message)
        return base64.b64decode(told["body"]), told["content-type"], told["headers"]
    except (ValueError, KeyError, binascii.Error):
        return message, "application/json", {}


def _command(*words: bytes) -> bytes:
    return b"".join([b"*%d\r\n" % len(words), *(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)])
