"""What a check answers."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel

from mill.stack.layout import Layout


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(BaseModel):
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    detail: str
    advice: str | None = None
    fix: str | None = None
    """What ``--fix`` does about it, if it may."""
    fixed: str | None = None
    """What ``--fix`` did; the rest is how it is since."""


class Fix(NamedTuple):
    """What may be done about a finding without harm: it destroys nothing that anybody has, and may be repeated."""

    does: str
    """In the words of a question."""
    apply: Callable[[Layout], str]
    """Does it, and tells what was done."""


def ok(name: str, detail: str) -> Finding:
    """All is well."""
    return Finding(name=name, verdict=Verdict.OK, detail=detail)


def warn(name: str, detail: str, advice: str) -> Finding:
    """It works, but somebody should know."""
    return Finding(name=name, verdict=Verdict.WARN, detail=detail, advice=advice)


def fail(name: str, detail: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(name=name, verdict=Verdict.FAIL, detail=detail, advice=advice)
