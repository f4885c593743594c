"""What an event looks like, as JSON and on the wire of a stream."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from gateway.texts import Id, Json, Time
from mediamill.clock import iso
from mediamill.events.model import EventType


class Event(BaseModel):
    """One status fact."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "seq": 3,
                    "job_id": "0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b",
                    "type": "job.progress",
                    "at": "2026-11-24T12:00:01.250Z",
                    "data": {"current": 2, "total": 4, "message": "drawing"},
                }
            ]
        }
    )

    seq: int = Field(description="counts the job's events from 1, without a gap")
    job_id: Id
    type: EventType
    at: Time
    data: Json


def event(row: RowMapping) -> Event:
    """Show an event."""
    return Event(seq=row["seq"], job_id=str(row["job_id"]), type=row["type"], at=iso(row["at"]) or "", data=row["data"])


def frame(row: RowMapping, id: str) -> bytes:
    """Write an event for a stream, under the id by which the client resumes."""
    shown = {
        "seq": row["seq"],
        "job_id": str(row["job_id"]),
        "type": row["type"],
        "at": iso(row["at"]),
        "data": row["data"],
    }
    data = json.dumps(shown, separators=(",", ":"), ensure_ascii=False)
    return f"id: {id}\nevent: {row['type']}\ndata: {data}\n\n".encode()
