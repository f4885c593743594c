"""Telling a failure: what, in words, and where to read more."""

from __future__ import annotations

import json
import sys
from typing import Any

from mill.api.errors import Problem
from mill.errors import MillError


def tell(error: MillError, *, as_json: bool) -> None:
    """Write a failure to stderr."""
    sys.stderr.write((json.dumps({"error": facts(error)}) if as_json else words(error)) + "\n")


def facts(error: MillError) -> dict[str, Any]:
    """Give a failure as JSON values."""
    told: dict[str, Any] = {"title": title(error), "detail": error.detail, "exit_code": int(error.exit_code)}
    if isinstance(error, Problem):
        told |= {"status": error.status, "errors": [{"loc": loc, "msg": msg} for loc, msg in error.errors]}
    if error.log is not None:
        told["log"] = str(error.log)
    return told


def words(error: MillError) -> str:
    """Give a failure as lines for people."""
    lines = [f"{title(error).rstrip('.:')}: {error.detail}" if error.detail else title(error)]
    if isinstance(error, Problem):
        lines += [f"  {loc}: {msg}" for loc, msg in error.errors]
    if error.log is not None:
        lines.append(f"The log is {error.log}")
    return "\n".join(lines)


def title(error: MillError) -> str:
    """Give what kind of failure it is."""
    return error.problem_title if isinstance(error, Problem) else error.title
