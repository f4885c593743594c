"""DBOS behind a thin FastAPI: workflows are rows of Postgres, their steps are journaled, a queue bounds how many run.

The cheapest way that it offers: a no-op workflow takes no step, the client enqueues without running workflows itself,
a batch is one transaction, and the queue polls as it does by default, every second.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from dbos import DBOS, DBOSClient, run_dbos_database_migrations
from fastapi import FastAPI
from sqlalchemy import create_engine

from peers.asked import Ask, Many
from peers.deeds import POLL_S, buy_async, do, is_done_async

URL = os.environ["BENCH_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
app = FastAPI()


@DBOS.workflow(name="run")
def run(kind: str, input: dict[str, Any]) -> dict[str, Any]:
    """Do it; what it does to the world is a step."""
    return DBOS.run_step({"name": "do"}, do, kind, input) if kind == "stamp" else {"done": True}


@DBOS.workflow(name="wait")
async def wait(kind: str, input: dict[str, Any]) -> dict[str, Any]:
    """Wait for the vendor without a thread; each call is a step."""
    prediction = await DBOS.run_step_async({"name": "buy"}, buy_async, input["seconds"])
    while not await DBOS.run_step_async({"name": "ask"}, is_done_async, prediction):
        await DBOS.sleep_async(POLL_S)
    return {"done": True}


class Front:
    """The client, made when the first request comes, and not in the worker."""

    client: DBOSClient | None = None
    engine = create_engine(URL, pool_size=10)


def options(kind: str) -> Any:
    """Give where a job goes."""
    return {"queue_name": "jobs", "workflow_name": "wait" if kind == "wait" else "run"}


def client() -> DBOSClient:
    """Give the client."""
    Front.client = Front.client or DBOSClient(system_database_url=URL)
    return Front.client


@app.post("/jobs", status_code=202)
def post(ask: Ask) -> dict[str, str]:
    """Enqueue a workflow."""
    return {"id": client().enqueue(options(ask.kind), ask.kind, ask.input).get_workflow_id()}


@app.post("/jobs/batch", status_code=202)
def post_many(many: Many) -> dict[str, list[str]]:
    """Enqueue them one by one in one transaction; there is no other way."""
    where = options(many.kind)
    with Front.engine.begin() as connection:
        found = [client().enqueue_in_transaction(connection, where, many.kind, one) for one in many.inputs]
    return {"ids": [one.get_workflow_id() for one in found]}


@app.get("/jobs/{job}/end")
def end(job: str) -> dict[str, Any]:
    """Wait for the result, for which the client polls as it does by default."""
    return {"output": client().retrieve_workflow(job).get_result()}


def work(slots: int) -> None:
    """Work until told to stop; what an earlier worker left undone is recovered at the launch."""
    DBOS(
        config={
            "name": "bench",
            "system_database_url": URL,
            "application_version": "1",
            "executor_id": "worker",
            "log_level": "WARNING",
        }
    )
    DBOS.launch()
    DBOS.register_queue("jobs", worker_concurrency=slots, on_conflict="always_update")
    threading.Event().wait()


if __name__ == "__main__":
    if slots := int(sys.argv[1]):
        work(slots)
    else:
        run_dbos_database_migrations(URL)
