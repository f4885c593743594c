"""How OpenAI's API refuses: ``{"error": {message, type, param, code}}``, with a status that its clients act upon well.

They try 408, 409, 429 and 5xx again by themselves, so a status here also says whether that helps, and
``x-should-retry`` says it where the status cannot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import Response

from gateway.compat.dialects import Refusal
from gateway.problems import Problem

PREFIX = "/openai/"
NO_RETRY = {"x-should-retry": "false"}

_STATUSES = {402: 429, 409: 400, 422: 400, 507: 503}
"""Statuses of ours that OpenAI's clients would misread."""
_TYPES = {401: "invalid_request_error", 403: "permission_error", 429: "rate_limit_exceeded"}
_CODES = {
    "unauthorized": "invalid_api_key",
    "forbidden": "insufficient_permissions",
    "unknown-model": "model_not_found",
    "over-quota": "rate_limit_exceeded",
    "out-of-budget": "insufficient_quota",
    "over-storage": "insufficient_quota",
}


class Refused(Exception):
    """What this surface refuses in words of its own."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.error = written(status, message, code=code, param=param)
        self._headers = dict(headers or {})
        super().__init__(message)

    def response(self) -> Response:
        """Answer with it."""
        return Response(body_of(self.error), self.status, self._headers, "application/json")


class OpenAI:
    """The dialect of everything under ``/openai/``."""

    prefix = PREFIX

    def refuse(self, problem: Problem) -> Refusal:
        """Say a problem as OpenAI does."""
        status = _STATUSES.get(problem.status, problem.status)
        headers = NO_RETRY if problem.status in {402, 409} else {}
        error = error_of(problem)
        return Refusal(status, body_of(error), headers=headers)


def error_of(problem: Problem) -> dict[str, str | None]:
    """Write a problem as the ``error`` of an answer or of a stream."""
    status = _STATUSES.get(problem.status, problem.status)
    loc = problem.errors[0].loc if problem.errors else []
    code = _CODES.get(problem.code, problem.code.replace("-", "_"))
    param = ".".join(map(str, loc)).removeprefix("input.") or ("model" if code == "model_not_found" else None)
    error = written(status, problem.detail, code=code, param=param)
    return error if code != "insufficient_quota" else {**error, "type": code}


def written(status: int, message: str, *, code: str | None, param: str | None) -> dict[str, str | None]:
    """Write an error."""
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"message": message, "type": kind, "param": param, "code": code}


def body_of(error: Mapping[str, str | None]) -> bytes:
    """Write the body of a refusal, which is also what a stream that fails ends with."""
    return json.dumps({"error": error}, ensure_ascii=False).encode()
