"""How this surface refuses: problem details, as Replicate's clients read them."""

from __future__ import annotations

import json

from gateway.compat.dialects import Refusal
from gateway.problems import MEDIA_TYPE, Problem


class Replicate:
    """Says ``{type, title, status, detail}``, and for wrong inputs a line of the detail for each."""

    prefix = "/replicate/"

    def refuse(self, problem: Problem) -> Refusal:
        """Write a problem; its detail is one text, since that is all that clients show."""
        told = {
            "type": problem.type,
            "title": problem.title,
            "status": problem.status,
            "detail": _detail(problem),
            "instance": f"urn:uuid:{problem.request_id}" if problem.request_id else None,
        }
        if problem.errors:
            told["invalid_fields"] = [
                {"type": problem.code, "field": _path(wrong.loc), "description": wrong.msg} for wrong in problem.errors
            ]
        body = json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=False)
        return Refusal(problem.status, body.encode(), MEDIA_TYPE)


def _detail(problem: Problem) -> str:
    if not problem.errors:
        return problem.detail
    return "\n".join(f"- {_path(wrong.loc)}: {wrong.msg}" for wrong in problem.errors)


def _path(loc: list[str | int]) -> str:
    return ".".join(map(str, loc)) or "body"
