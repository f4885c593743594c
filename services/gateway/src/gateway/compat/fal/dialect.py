"""Refusals as fal's clients read them: ``{"detail": …}``, for wrong fields the list that FastAPI would give."""

from __future__ import annotations

import json
from http import HTTPStatus

from gateway.compat.dialects import Refusal
from gateway.problems import Problem, WrongField

ERROR_TYPE = "x-fal-error-type"
REQUEST_ID = "x-fal-request-id"

_RETRIED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})
"""The clients post ten times more after these; nothing that we refuse so gets better by that."""


class FalDialect:
    """One for all three prefixes."""

    prefix = "/fal-"

    def refuse(self, problem: Problem) -> Refusal:
        """Say it in fal's words; places in a body are told by strings alone."""
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problem.status in _RETRIED else problem.status
        kind = problem.code.replace("-", "_")
        detail = [_wrong(field, kind) for field in problem.errors] if problem.errors else problem.detail
        body = json.dumps({"detail": detail, "error_type": kind}, ensure_ascii=False).encode()
        headers = {ERROR_TYPE: kind}
        if problem.request_id is not None:
            headers[REQUEST_ID] = problem.request_id
        return Refusal(int(status), body, headers=headers)


def _wrong(field: WrongField, kind: str) -> dict[str, object]:
    return {"loc": _place(list(map(str, field.loc))), "msg": field.msg, "type": kind}


def _place(loc: list[str]) -> list[str]:
    """Tell where it stands in what the client sent: its arguments are the body itself."""
    if loc[:1] == ["webhook"]:
        return ["query", "fal_webhook"]
    if loc[:1] in (["header"], ["query"], ["body"]):
        return loc
    return ["body", *(loc[1:] if loc[:1] == ["input"] else loc)]
