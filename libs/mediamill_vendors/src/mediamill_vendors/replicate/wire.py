"""How Replicate words what is wrong: RFC 7807."""

from __future__ import annotations

import json

from mediamill_vendors.kept import Answer
from mediamill_vendors.refusals import Problem
from mediamill_vendors.wire import Line, Wire


def wire(base_url: str) -> Wire:
    """Make a way to Replicate."""
    return Wire(Line("replicate", base_url, problem))


def problem(answer: Answer) -> Problem:
    """Read what an answer that is no success says."""
    try:
        told = json.loads(answer.body)
        return Problem(str(told.get("detail") or told.get("title") or "")[:500])
    except (ValueError, AttributeError):
        return Problem(answer.body[:200].decode(errors="replace"))
