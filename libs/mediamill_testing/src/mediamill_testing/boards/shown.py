"""Dashboards with what their panels answer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from mediamill_testing.boards.prometheus import Asked, Series

RATE_INTERVAL = "20s"
SHOWN_S = 60


class Line(NamedTuple):
    """A series with the name that the panel gives it."""

    name: str
    points: list[tuple[float, float]]


class Shown(NamedTuple):
    """A panel with its answer: lines of a graph, or rows of a table."""

    title: str
    unit: str
    lines: list[Line]
    columns: list[str]
    rows: list[tuple[Any, ...]]
    silent: list[str]
    """Questions that were answered by nothing."""

    @property
    def is_alive(self) -> bool:
        """Tell whether anything in it is more than 0."""
        return bool(self.rows) or any(value > 0 for line in self.lines for _, value in line.points)


class ShownBoard(NamedTuple):
    """A dashboard with its answers."""

    name: str
    title: str
    panels: list[Shown]


def evaluated(folder: Path, prometheus: Asked, database_url: str) -> Iterator[ShownBoard]:
    """Ask every question of every dashboard in a folder. Raises ``ValueError`` for one that is not understood."""
    for path in sorted(folder.glob("*.json")):
        board = json.loads(path.read_text("utf-8"))
        panels = [_panel(panel, prometheus, database_url) for panel in board["panels"]]
        yield ShownBoard(path.stem, board["title"], panels)


def _panel(panel: dict[str, Any], prometheus: Asked, database_url: str) -> Shown:
    columns: list[str] = []
    rows: list[tuple[Any, ...]] = []
    lines: list[Line] = []
    silent: list[str] = []
    for asked in panel["targets"]:
        if "rawSql" in asked:
            columns, rows = _table(asked["rawSql"], database_url)
            silent += [] if rows else [asked["rawSql"]]
            continue
        expr = asked["expr"].replace("$__rate_interval", RATE_INTERVAL)
        found = [_line(series, asked["legendFormat"]) for series in prometheus.range(expr, SHOWN_S)]
        lines += [line for line in found if line.points]
        silent += [] if any(line.points for line in found) else [expr]
    unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "")
    return Shown(panel["title"], unit, lines, columns, rows, silent)


def _line(series: Series, legend: str) -> Line:
    name = re.sub(r"{{\s*(\w+)\s*}}", lambda found: series.labels.get(found[1], ""), legend)
    return Line(name, [(at, value) for at, value in series.points if not math.isnan(value)])


def _table(sql: str, database_url: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        cursor = connection.execute(sql.encode())
        return [column.name for column in cursor.description or ()], cursor.fetchall()
