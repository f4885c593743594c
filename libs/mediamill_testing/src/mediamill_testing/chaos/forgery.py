"""Messages that nobody should believe."""

from __future__ import annotations

import base64
import json
import pickle
import random
from pathlib import Path
from typing import Any
from uuid import UUID

from mediamill.ids import uuid7
from mediamill.wire.message import TASK, Delivery, broker_queue
from mediamill.wire.publish import publisher
from mediamill_testing.chaos.site import Site

QUEUE = "test"
LISTED = "SELECT id, delivery FROM jobs WHERE kind <> 'test.fanout' ORDER BY id DESC LIMIT 30"


class Canary:
    """An object whose reading from a pickle leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return (open, (str(self._path), "w"))


class Forger:
    """Puts messages on the wire that its owner never sent."""

    def __init__(self, site: Site, rng: random.Random) -> None:
        self._site = site
        self._rng = rng
        self._publisher = publisher(site.config)
        self.canary = site.folder / "the-pickle-was-read"

    def repeat(self, shift: int) -> int:
        """Send deliveries again: ``shift`` 0 for duplicates, less for stale ones, more for ones yet to come."""
        rows = self._site.sql(LISTED)
        chosen = self._rng.sample(rows, min(8, len(rows)))
        return self._publisher.publish([Delivery(r["id"], r["delivery"] + shift, QUEUE) for r in chosen])

    def invent(self) -> int:
        """Send deliveries of jobs that there are not."""
        return self._publisher.publish([Delivery(uuid7(), self._rng.randint(1, 9), QUEUE) for _ in range(4)])

    def pickle(self) -> int:
        """Send a pickle: as what it is, and dressed as JSON."""
        body = pickle.dumps(((Canary(self.canary), 1), {}, {}))
        self._push(envelope(body, "application/x-python-serialize"), envelope(body, "application/json"))
        return 2

    def nonsense(self) -> int:
        """Send what no consumer can make sense of: other tasks, wrong arguments, no JSON at all."""
        odd = json.dumps([[["not an id", "not a number"]], {}, {}]).encode()
        self._push(
            envelope(odd, "application/json"),
            envelope(odd, "application/json", task="nobody.knows.this"),
            envelope(json.dumps([[[str(UUID(int=0)), 2**70]], {}, {}]).encode(), "application/json"),
            b"{}",
            b"not JSON at all",
        )
        return 5

    def _push(self, *messages: bytes) -> None:
        self._site.broker.push(*messages)


def envelope(body: bytes, content_type: str, *, task: str = TASK) -> bytes:
    """Dress a body as Celery does on Redis."""
    tag = str(uuid7())
    return json.dumps(
        {
            "body": base64.b64encode(body).decode(),
            "content-encoding": "binary" if "pickle" in content_type or "serialize" in content_type else "utf-8",
            "content-type": content_type,
            "headers": {"lang": "py", "task": task, "id": tag, "root_id": tag, "parent_id": None, "group": None},
            "properties": {
                "correlation_id": tag,
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": broker_queue(QUEUE)},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": tag,
            },
        }
    ).encode()
