"""A job in Replicate's words: the prediction that its clients read, and that its webhooks carry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import RowMapping

from mediamill.events.model import EventType
from mediamill.settings import settings
from mediamill.webhooks import message
from mediamill.webhooks.bars import bar, part

OWNER = "mediamill"
PREFIX = "/replicate/v1"
SEVERAL = frozenset({"image"})
"""Queues whose kinds make any number of files of one sort: their output is a list, whatever its length."""

WRITING = frozenset({"text"})
"""Queues whose kinds write: their output is the text alone."""

Status = Literal["starting", "processing", "succeeded", "failed", "canceled"]

_SUCH_AS_IT_IS: Mapping[str, Status] = {"succeeded": "succeeded", "failed": "failed", "canceled": "canceled"}


class Told(BaseModel):
    """Something that a job told of itself: a line, or how far it came."""

    type: EventType
    data: dict[str, Any]


class Prediction(BaseModel):
    """A job as Replicate's clients read it."""

    id: str
    model: str
    version: str
    status: Status
    input: dict[str, Any]
    output: Any | None
    logs: str
    error: str | None
    metrics: dict[str, float]
    created_at: str
    started_at: str | None
    completed_at: str | None
    source: Literal["api"] = "api"
    data_removed: bool = False
    webhook: str | None = None
    """Whom it tells. In lists, where a buyer finds what it bought by it; elsewhere its maker knows."""
    urls: dict[str, str]


def body(row: RowMapping) -> bytes:
    """Write a message: the prediction as it is when it is sent."""
    told = [Told.model_validate(one) for one in row["told"] or ()]
    return prediction(message.job(row), told).model_dump_json().encode()


def prediction(job: Mapping[str, Any], told: Iterable[Told]) -> Prediction:
    """Show a job, given as the API shows it, with what it told so far."""
    root = f"{settings().public_url.rstrip('/')}{PREFIX}/predictions/{job['id']}"
    error = job["error"]
    return Prediction(
        id=job["id"],
        model=model_of(job["kind"]),
        version=version_of(job["kind"]),
        status=status(job),
        input=job["input"],
        output=output(job["queue"], job["output"]),
        logs="\n".join(Log().lines(told)),
        error=None if error is None else str(error["message"]),
        metrics=_metrics(job),
        created_at=job["created_at"],
        started_at=job["started_at"],
        completed_at=job["finished_at"],
        urls={"get": root, "cancel": f"{root}/cancel"},
    )


def model_of(kind: str) -> str:
    """Name the model of a kind."""
    return f"{OWNER}/{kind.replace('.', '-')}"


def version_of(kind: str) -> str:
    """Name the one version of a kind's model. It stays: a script that names it goes on working as the kind grows."""
    return hashlib.sha256(f"version of {kind}".encode()).hexdigest()


def status(job: Mapping[str, Any]) -> Status:
    """Tell how a job is: ``starting`` until it has run for the first time, and never again after that."""
    running: Status = "starting" if job["started_at"] is None else "processing"
    return _SUCH_AS_IT_IS.get(str(job["state"]), running)


def output(queue: str, made: Mapping[str, Any] | None) -> Any:
    """Give what was made: the URL of a file, a list of URLs, a text, or for other kinds all that they tell."""
    if made is None:
        return None
    if "assets" not in made:
        return made.get("text", made) if queue in WRITING else made
    assets: Sequence[Mapping[str, Any]] = made["assets"]
    if queue in SEVERAL:
        return [asset["url"] for asset in assets if asset["media_type"].startswith(f"{queue}/")]
    return assets[0]["url"] if assets else None


class Log:
    """What a job told, line by line; progress as a bar of tqdm's, which clients read, and which never goes back."""

    def __init__(self) -> None:
        self._furthest = -1.0

    def lines(self, told: Iterable[Told]) -> Iterator[str]:
        """Write on."""
        for one in told:
            if one.type == EventType.LOG:
                yield str(one.data["text"])
            elif one.type == EventType.PROGRESS and (done := part(one.data)) > self._furthest:
                self._furthest = done
                yield bar(one.data)


def _metrics(job: Mapping[str, Any]) -> dict[str, float]:
    """Tell times in seconds, once they are known."""
    if job["finished_at"] is None:
        return {}
    end, begun = datetime.fromisoformat(job["finished_at"]), job["started_at"]
    metrics = {"total_time": (end - datetime.fromisoformat(job["created_at"])).total_seconds()}
    if begun is not None:
        metrics["predict_time"] = (end - datetime.fromisoformat(begun)).total_seconds()
    return metrics
