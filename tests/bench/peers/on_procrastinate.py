"""Procrastinate behind a thin FastAPI: jobs are rows of Postgres, woken by NOTIFY; one event loop runs them.

As its documentation advises: async tasks, its own pool, a batch by ``batch_defer``. It keeps no results, so a client
asks for the state of the row.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from procrastinate import App, PsycopgConnector

from peers.asked import Ask, Many
from peers.deeds import do_async

jobs = App(connector=PsycopgConnector(conninfo=os.environ["BENCH_DATABASE_URL"], max_size=10))


@jobs.task(name="run")
async def run(kind: str, input: dict[str, Any]) -> None:
    """Do it."""
    await do_async(kind, input)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Hold the pool open."""
    async with jobs.open_async():
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/jobs", status_code=202)
async def post(ask: Ask) -> dict[str, str]:
    """Defer a job."""
    return {"id": str(await run.defer_async(kind=ask.kind, input=ask.input))}


@app.post("/jobs/batch", status_code=202)
async def post_many(many: Many) -> dict[str, list[str]]:
    """Defer all of them with one statement."""
    found = await run.batch_defer_async(*[{"kind": many.kind, "input": one} for one in many.inputs])
    return {"ids": [str(one) for one in found]}


@app.get("/jobs/{job}")
async def get(job: int) -> dict[str, bool]:
    """Give the state."""
    return {"ended": (await jobs.job_manager.get_job_status_async(job)).value == "succeeded"}


async def work(slots: int) -> None:
    """Work until told to stop."""
    async with jobs.open_async():
        if slots == 0:
            await jobs.schema_manager.apply_schema_async()
        else:
            await jobs.run_worker_async(concurrency=slots)


if __name__ == "__main__":
    asyncio.run(work(int(sys.argv[1])))
