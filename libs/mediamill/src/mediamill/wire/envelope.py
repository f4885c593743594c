"""Deliveries as Celery would put it on a Redis, written out without asking Celery each time.

The format is Celery's message protocol 2 in kombu's envelope; any Celery worker reads it.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence

from mediamill.wire.message import TASK, Delivery

_ORIGIN = f"{os.getpid()}@{socket.gethostname()}"
_EMBEDDED = '{"callbacks": null, "errbacks": null, "chain": null, "chord": null}'


def envelope(parcel: Sequence[Delivery]) -> str:
    """Give the text that goes into the list of the queue of some deliveries, which have one wire."""
    name = f"{parcel[0].job_id}/{parcel[0].number}"
    arguments = "[" + ", ".join(f'["{delivery.job_id}", {delivery.number}]' for delivery in parcel) + "]"
    return json.dumps(
        {
            "body": f"[{arguments}, {{}}, {_EMBEDDED}]",
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {
                "lang": "py",
                "task": TASK,
                "id": name,
                "root_id": name,
                "parent_id": None,
                "group": None,
                "eta": None,
                "expires": None,
                "retries": 0,
                "timelimit": [None, None],
                "argsrepr": arguments,
                "kwargsrepr": "{}",
                "origin": _ORIGIN,
                "ignore_result": True,
            },
            "properties": {
                "correlation_id": name,
                "reply_to": "",
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": parcel[0].wire},
                "priority": 0,
                "delivery_tag": name,
            },
        }
    )
