"""What a message says: the event, with its job as it is when the message is sent."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import RowMapping

from mediamill.assets.signing import asset_url
from mediamill.clock import iso

_SAME = ("kind", "queue", "state", "priority", "input", "error", "progress", "attempt", "crashes", "provider")


def body(row: RowMapping) -> bytes:
    """Write a message from a row with ``event_*`` and ``job_*`` columns. Built for each try: its URLs are fresh."""
    at = iso(row["event_at"])
    data = {
        "seq": row["event_seq"],
        "job_id": str(row["job_id"]),
        "type": row["event_type"],
        "at": at,
        "data": row["event_data"],
        "job": job(row),
    }
    told = {"type": row["event_type"], "timestamp": at, "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def job(row: RowMapping) -> dict[str, Any]:
    """Show a job as the API does; it has no place in line here, which would be old on arrival."""
    return {
        "id": str(row["job_id"]),
        **{name: row[f"job_{name}"] for name in _SAME},
        "output": _with_urls(row["job_output"]),
        "parent_id": str(row["job_parent_id"]) if row["job_parent_id"] else None,
        "root_id": str(row["job_root_id"]),
        "cost": float(row["job_cost"]),
        "metadata": row["job_metadata"],
        "created_at": iso(row["job_created_at"]),
        "started_at": iso(row["job_started_at"]),
        "finished_at": iso(row["job_finished_at"]),
        "queue_position": None,
    }


def _with_urls(output: dict[str, Any] | None) -> dict[str, Any] | None:
    if output is None or not isinstance(output.get("assets"), list):
        return output
    return {**output, "assets": [{**asset, "url": asset_url(asset["id"])} for asset in output["assets"]]}
