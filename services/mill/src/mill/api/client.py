"""Calls to the native API; every answer that is not a success is raised as what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from mill.api.errors import Problem, Unreachable
from mill.api.models import Asset, Job

_CHUNK = 1 << 20


class Api:
    """One gateway and one key."""

    def __init__(self, url: str, key: str, *, log: Path | None = None, worker_log: Path | None = None) -> None:
        self.url = url.rstrip("/")
        self._log = log
        self.worker_log = worker_log
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}", "User-Agent": "mill"},
            timeout=httpx.Timeout(90, connect=10),
            trust_env=not self.url.startswith(("http://127.", "http://localhost")),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Make a call and give its JSON, or ``None`` for an empty answer."""
        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise self.unreachable(error) from error
        if not answer.is_success:
            raise self._refusal(answer)
        return answer.json() if answer.content else None

    def page(self, path: str, limit: int, **params: str | None) -> list[dict[str, Any]]:
        """Give up to ``limit`` rows of a list, over as many pages as that takes."""
        asked = {name: value for name, value in params.items() if value is not None}
        rows: list[dict[str, Any]] = []
        cursor: str | None = None
        while len(rows) < limit:
            query = asked | {"limit": str(min(200, limit - len(rows)))} | ({"cursor": cursor} if cursor else {})
            answer = self.call("GET", path, params=query)
            if isinstance(answer, list):
                return answer[:limit]
            rows += answer["data"]
            cursor = answer.get("next_cursor")
            if not cursor:
                break
        return rows[:limit]

    def job(self, job_id: str) -> Job:
        """Give a job."""
        return Job.model_validate(self.call("GET", f"/v1/jobs/{job_id}"))

    def submit(self, body: Mapping[str, Any], idempotency_key: str | None = None) -> Job:
        """Post a job."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return Job.model_validate(self.call("POST", "/v1/jobs", json=body, headers=headers))

    def children(self, job_id: str, limit: int = 1000) -> list[Job]:
        """Give a job's children, oldest first."""
        rows = self.page(f"/v1/jobs/{job_id}/children", limit)
        return sorted((Job.model_validate(row) for row in rows), key=lambda job: job.id)

    def upload(self, path: Path, media_type: str) -> Asset:
        """Send a file as it is read."""
        with path.open("rb") as file:
            told = self.call("POST", "/v1/assets", content=_chunks(file), headers={"Content-Type": media_type})
        return Asset.model_validate(told)

    def asset(self, asset_id: str) -> Asset:
        """Give an asset's facts."""
        return Asset.model_validate(self.call("GET", f"/v1/assets/{asset_id}"))

    def download(self, asset_id: str) -> Iterator[bytes]:
        """Give an asset's bytes as they come."""
        try:
            with self._http.stream("GET", f"/v1/assets/{asset_id}/content", follow_redirects=True) as answer:
                if not answer.is_success:
                    answer.read()
                    raise self._refusal(answer)
                yield from answer.iter_bytes(_CHUNK)
        except httpx.TransportError as error:
            raise self.unreachable(error) from error

    def lines(self, path: str, last_event_id: str | None, read_timeout_s: float) -> Iterator[str]:
        """Give the lines of an event stream as they come."""
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        timeout = httpx.Timeout(10, read=read_timeout_s)
        with self._http.stream("GET", path, headers=headers, timeout=timeout) as answer:
            if not answer.is_success:
                answer.read()
                raise self._refusal(answer)
            yield from answer.iter_lines()

    def _refusal(self, answer: httpx.Response) -> Problem:
        """Give what an answer says; of a fault on the other side, with the log that tells more."""
        problem = Problem.read(answer.status_code, _body(answer))
        if answer.is_server_error:
            problem.log = self._log
        return problem

    def unreachable(self, error: Exception) -> Unreachable:
        """Tell that nobody answers."""
        return Unreachable(f"{self.url}: {str(error) or type(error).__name__}", log=self._log)


def _body(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except json.JSONDecodeError:
        return answer.text


def _chunks(file: Any) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
