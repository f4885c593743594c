"""A job in fal's words: the output that its clients read, the error in its place, and what its webhooks carry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import RowMapping

from mediamill.errors import ErrorClass
from mediamill.webhooks import message

START_TIMEOUT = "fal_start_timeout_s"
"""Under this name the seconds within which a job is to start stand in its metadata."""

TIMEOUT_TYPE = "X-Fal-Request-Timeout-Type"
_INVALID = 422
_HIDDEN_ROLES = frozenset({"layers"})
"""Material for other jobs, not something to look at."""


class Failure(NamedTuple):
    """Why there is no output, as a client gets it instead of the output."""

    status: int
    message: str
    error_type: str
    headers: Mapping[str, str] = {}

    def body(self) -> dict[str, Any]:
        """Write it in the shape that belongs to its HTTP status."""
        wrong = [{"loc": ["body"], "msg": self.message, "type": self.error_type}]
        return {"detail": wrong if self.status == _INVALID else self.message, "error_type": self.error_type}


def body(row: RowMapping) -> bytes:
    """Write a message: the job's output or failure as it is when it is sent."""
    job = message.job(row)
    failed = failure(job)
    told = {"request_id": job["id"], "gateway_request_id": job["id"], "status": "ERROR" if failed else "OK"}
    told |= {"error": failed.message if failed else None, "payload": failed.body() if failed else output(job)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def output(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write the output of a job, given as the API shows it; what our kinds tell beside their assets stands as it is."""
    made = dict(job["output"] or {})
    assets = made.pop("assets", [])
    shown = {**made, **_media([asset for asset in assets if asset["role"] not in _HIDDEN_ROLES])}
    if "images" in shown:
        pictures = made.get("pictures") or [{}]
        shown["seed"] = pictures[0].get("seed", job["input"].get("seed"))
        shown["has_nsfw_concepts"] = [False] * len(shown["images"])
        shown["timings"] = {"inference": inference_s(job)}
    if "prompt" in job["input"]:
        shown["prompt"] = job["input"]["prompt"]
    return shown


def failure(job: Mapping[str, Any]) -> Failure | None:
    """Tell why a job has no output; ``None`` for one that has, or is not at its end."""
    if job["state"] == "canceled":
        if was_not_started(job):
            said = f"It did not start within {job['metadata'][START_TIMEOUT]} s."
            return Failure(504, said, "startup_timeout", {TIMEOUT_TYPE: "user"})
        return Failure(499, "The request was cancelled.", "client_cancelled")
    error = job["error"]
    if job["state"] != "failed" or error is None:
        return None
    if error["code"] == "timeout":
        return Failure(504, error["message"], "request_timeout")
    status = _INVALID if error["class"] == ErrorClass.PERMANENT else 500
    return Failure(status, error["message"], error["code"].replace("-", "_"))


def inference_s(job: Mapping[str, Any]) -> float | None:
    """Give how long a job ran, in seconds."""
    if job["started_at"] is None or job["finished_at"] is None:
        return None
    return _between(job["started_at"], job["finished_at"]).total_seconds()


def was_not_started(job: Mapping[str, Any]) -> bool:
    """Tell whether a cancelled job was cancelled because it did not start in time."""
    if job["started_at"] is not None or job["finished_at"] is None:
        return False
    return _between(job["created_at"], job["finished_at"]) >= start_timeout(job["metadata"])


def start_timeout(metadata: Mapping[str, str]) -> timedelta:
    """Give the time to start; none is for ever. Metadata is the client's own, so it may hold anything."""
    try:
        return timedelta(seconds=float(metadata[START_TIMEOUT]))
    except (KeyError, ValueError, OverflowError):
        return timedelta.max


def _between(first: str, last: str) -> timedelta:
    return datetime.fromisoformat(last) - datetime.fromisoformat(first)


def _media(assets: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Sort assets by what they are: all pictures, the first film, the first sound, and files for the others."""
    sorts: dict[str, list[dict[str, Any]]] = {"image": [], "video": [], "audio": [], "other": []}
    for asset in assets:
        sorts.get(asset["media_type"].partition("/")[0], sorts["other"]).append(_file(asset))
    films, sounds = sorts["video"], sorts["audio"]
    found: dict[str, Any] = {"images": sorts["image"], "files": films[1:] + sounds[1:] + sorts["other"]}
    found |= {"video": next(iter(films), None), "audio": next(iter(sounds), None)}
    return {name: what for name, what in found.items() if what}


def _file(asset: Mapping[str, Any]) -> dict[str, Any]:
    suffix = asset["media_type"].partition("/")[2].partition("+")[0].removeprefix("x-")
    facts = {name: asset[name] for name in ("width", "height") if asset.get(name) is not None}
    if asset.get("duration_s") is not None:
        facts["duration"] = asset["duration_s"]
    return {
        "url": asset["url"],
        "content_type": asset["media_type"],
        "file_name": f"{asset['role']}-{asset['id']}.{suffix}",
        "file_size": asset["bytes"],
        **facts,
    }
