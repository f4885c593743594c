"""The app that a user would write: FastAPI, SQLAlchemy and Celery, a row per job, its state written by the worker.

Honest and tuned: prepared statements, a pool, no result backend, prefork with prefetch, late acknowledgement, one
commit per change, a batch in one commit. Its frontends poll GET every two seconds.
"""

from __future__ import annotations

import os
import uuid
from typing import Any

from celery import Celery
from fastapi import FastAPI
from sqlalchemy import JSON, DateTime, String, create_engine, func, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from peers.asked import Ask, Many
from peers.deeds import do

engine = create_engine(os.environ["BENCH_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"), pool_size=10)
tasks = Celery("diy", broker=os.environ["BENCH_BROKER_URL"])
tasks.conf.update(task_ignore_result=True, task_acks_late=True, worker_hijack_root_logger=False)
app = FastAPI()


class Base(DeclarativeBase):
    """The tables."""


class Generation(Base):
    """A job."""

    __tablename__ = "generations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(20), index=True)
    input: Mapped[dict[str, Any]] = mapped_column(JSON)
    output: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[Any] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[Any] = mapped_column(DateTime(timezone=True), server_default=func.now(), onupdate=func.now())


@app.post("/jobs", status_code=202)
def post(ask: Ask) -> dict[str, str]:
    """Write the row, then queue the task."""
    job = str(uuid.uuid4())
    with Session(engine) as session:
        session.add(Generation(id=job, kind=ask.kind, status="pending", input=ask.input))
        session.commit()
    run.delay(job)
    return {"id": job}


@app.post("/jobs/batch", status_code=202)
def post_many(many: Many) -> dict[str, list[str]]:
    """Write all rows with one statement, then queue the tasks one by one, as Celery does."""
    rows = [{"id": str(uuid.uuid4()), "kind": many.kind, "status": "pending", "input": one} for one in many.inputs]
    with Session(engine) as session:
        session.execute(insert(Generation), rows)
        session.commit()
    for row in rows:
        run.delay(row["id"])
    return {"ids": [str(row["id"]) for row in rows]}


@app.get("/jobs/{job}")
def get(job: str) -> dict[str, Any]:
    """Give the state."""
    with Session(engine) as session:
        found = session.get_one(Generation, job)
        return {"ended": found.status == "completed", "output": found.output}


@tasks.task
def run(job: str) -> None:
    """Do it, and say so in the row."""
    with Session(engine) as session:
        found = session.get_one(Generation, job)
        found.status = "in_progress"
        kind, input = found.kind, found.input
        session.commit()
        output = do(kind, input)
        found.output, found.status = output, "completed"
        session.commit()


if __name__ == "__main__":
    Base.metadata.create_all(engine)
