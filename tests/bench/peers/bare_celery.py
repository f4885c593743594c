"""Celery prefork alone: no row, no state, nothing kept; results only for those who wait for one.

The floor under everything that hands each job over in a message of its own, and no system that a user could run a
business on. Defaults: acknowledged when it is taken, four messages fetched ahead for each slot.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.result import AsyncResult
from fastapi import FastAPI

from peers.asked import Ask, Many
from peers.deeds import do

tasks = Celery("bare", broker=os.environ["BENCH_BROKER_URL"], backend=os.environ["BENCH_BROKER_URL"])
tasks.conf.update(worker_hijack_root_logger=False)
app = FastAPI()


@app.post("/jobs", status_code=202)
def post(ask: Ask) -> dict[str, str]:
    """Queue the task; only a stamped one keeps a result, since its client waits for it."""
    return {"id": run.apply_async((ask.kind, ask.input), ignore_result=ask.kind != "stamp").id}


@app.post("/jobs/batch", status_code=202)
def post_many(many: Many) -> dict[str, list[str]]:
    """Queue the tasks one by one; there is no other way."""
    return {"ids": [run.apply_async((many.kind, one), ignore_result=True).id for one in many.inputs]}


@app.get("/jobs/{job}/end")
def end(job: str) -> dict[str, Any]:
    """Wait for the result, which Redis publishes."""
    return {"output": AsyncResult(job, app=tasks).get(timeout=60)}


@tasks.task
def run(kind: str, input: dict[str, Any]) -> dict[str, Any]:
    """Do it."""
    return do(kind, input)
