"""What a check answers."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel


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


def ok(name: str, detail: str) -> Finding:
    """All is well."""
    return Finding(name=name, verdict=Verdict.OK, detail=detail)


def warn(name: str, detail: str, advice: str) -> Finding:
    """It works, but somebody should know."""
    return Finding(name=name, verdict=Verdict.WARN, detail=detail, advice=advice)


def fail(name: str, detail: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(name=name, verdict=Verdict.FAIL, detail=detail, advice=advice)
