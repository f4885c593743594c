"""Service level objectives as rules: ratios of what went wrong over seven windows, and alerts on how fast that burns.

Two windows a rule, after the SRE workbook: the long one says that it matters, the short one that it goes on. Ratios are
0 and not absent where nothing happened, so that an alert resolves.
"""

from __future__ import annotations

from typing import Any, NamedTuple

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
FEWEST = 20
"""Fewer events than this in the long window tell nothing of a ratio."""


class Burn(NamedTuple):
    """How fast a budget may burn, over which windows, and who is told."""

    factor: float
    long: str
    short: str
    severity: str


BURNS = (
    Burn(14.4, "1h", "5m", "page"),
    Burn(6, "6h", "30m", "page"),
    Burn(3, "1d", "2h", "ticket"),
    Burn(1, "3d", "6h", "ticket"),
)


class Objective(NamedTuple):
    """What shall go well, and how often. ``bad`` and ``all`` count by themselves, ``{w}`` stands for the window."""

    alert: str
    record: str
    """Names the recorded ratio, with the level before it: ``queue:mediamill_jobs_failed``."""
    bad: str
    all: str
    target: float
    summary: str
    labels: dict[str, str]


def recordings(objective: Objective) -> list[dict[str, Any]]:
    """Give the rules that record the ratio over each window."""
    return [
        {
            "record": f"{objective.record}:ratio_rate{window}",
            "expr": _over(objective.bad, window) + " / clamp_min(" + _over(objective.all, window) + ", 1e-9)",
        }
        for window in WINDOWS
    ]


def burns(objective: Objective, runbook_url: str, more: dict[str, str]) -> list[dict[str, Any]]:
    """Give the alerts on a budget that burns."""
    return [_burn(objective, burn, runbook_url, more) for burn in BURNS]


def _burn(objective: Objective, burn: Burn, runbook_url: str, more: dict[str, str]) -> dict[str, Any]:
    limit = f"{burn.factor * (1 - objective.target):.6g}"
    here = ",".join(f'{name}="{value}"' for name, value in objective.labels.items())
    ratios = [f"{objective.record}:ratio_rate{window}{{{here}}} > {limit}" for window in (burn.long, burn.short)]
    enough = _over(objective.all, burn.long).replace("rate(", "increase(") + f" > {FEWEST}"
    on = f"and on ({','.join(objective.labels)})" if objective.labels else "and on ()"
    return {
        "alert": objective.alert,
        "expr": f"{ratios[0]} and {ratios[1]} {on} ({enough})",
        "for": "2m",
        "labels": {"severity": burn.severity, "long": burn.long, "short": burn.short, **objective.labels, **more},
        "annotations": {"summary": objective.summary, "runbook_url": runbook_url},
    }


def _over(expr: str, window: str) -> str:
    return expr.replace("{w}", window)
