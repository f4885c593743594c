"""The app that a user would write: FastAPI, SQLAlchemy and Celery, a row per job, its state written by the worker.

Honest and tuned: prepared statements, a pool, no result backend, prefork with prefetch, one commit per change.
"""

from __future__ import annotations

import os
import uuid
from typing import Any

from celery import Celery
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import JSON, DateTime, String, create_engine, func
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine(os.environ["DIY_DATABASE_URL"], pool_size=10)
tasks = Celery("diy", broker=os.environ["DIY_BROKER_URL"])
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


class Ask(BaseModel):
    """What is posted."""

    kind: str
    input: dict[str, Any]


@app.post("/jobs", status_code=202)
def post(ask: Ask) -> dict[str, str]:
    """Write the row, then queue the task."""
    job = str(uuid.uuid4())
    with Session(engine) as session:
        session.add(Generation(id=job, kind=ask.kind, status="pending", input=ask.input))
        session.commit()
    run.delay(job)
    return {"job_id": job}


@app.get("/jobs/{job}")
def get(job: str) -> dict[str, Any]:
    """Give the state."""
    with Session(engine) as session:
        found = session.get_one(Generation, job)
        return {"status": found.status, "output": found.output}


@tasks.task
def run(job: str) -> None:
    """Do nothing, and say so in the row."""
    with Session(engine) as session:
        found = session.get_one(Generation, job)
        found.status = "in_progress"
        session.commit()
        found.output, found.status = {"done": True}, "completed"
        session.commit()
