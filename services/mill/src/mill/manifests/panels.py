"""Dashboards in Grafana's own JSON: panels as values, laid out two in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from mill.manifests.text import as_json

WIDTH, HEIGHT, PER_ROW = 12, 8, 2
RATE = "[$__rate_interval]"
PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
POSTGRES = {"type": "grafana-postgresql-datasource", "uid": "${database}"}


class Query(NamedTuple):
    """One question of a panel, and how its lines are called."""

    expr: str
    legend: str


class Panel(NamedTuple):
    """One graph: what it asks, in which unit, what a reader learns from it, and which page tells what to do."""

    title: str
    queries: tuple[Query, ...]
    unit: str
    description: str
    runbook: str = ""
    kind: str = "timeseries"


class Table(NamedTuple):
    """What no metric may tell, as it is an open set: asked of the database."""

    title: str
    sql: str
    description: str


class Board(NamedTuple):
    """A dashboard."""

    uid: str
    title: str
    description: str
    panels: Sequence[Panel | Table]
    tags: tuple[str, ...] = ("mediamill",)


def graph(title: str, expr: str, legend: str, unit: str, description: str, runbook: str = "") -> Panel:
    """Give a panel of one question."""
    return Panel(title, (Query(expr, legend),), unit, description, runbook)


def rate_of(series: str, by: str = "", labels: str = "") -> str:
    """Ask for how fast a counter grows, summed up."""
    grouped = f" by ({by})" if by else ""
    return f"sum{grouped} (rate(mediamill_{series}{{{labels}}}{RATE}))"


def _quantile(quantile: float, metric: str, labels: str = "") -> str:
    return f"histogram_quantile({quantile}, {rate_of(f'{metric}_bucket', 'le', labels)}) >= 0 or vector(0)"


def quantiles_of(metric: str, labels: str = "") -> tuple[Query, ...]:
    """Ask for what half, most and nearly all of a histogram stay below; 0 where nothing was observed."""
    return tuple(Query(_quantile(share, metric, labels), f"p{share * 100:g}") for share in (0.5, 0.95, 0.99))


def rendered(board: Board) -> str:
    """Write a dashboard's file."""
    variables = [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
    if any(isinstance(panel, Table) for panel in board.panels):
        variables.append(
            {"name": "database", "label": "Postgres", "type": "datasource", "query": str(POSTGRES["type"])}
        )
    return as_json(
        {
            "uid": board.uid,
            "title": board.title,
            "description": board.description,
            "tags": list(board.tags),
            "schemaVersion": 42,
            "refresh": "30s",
            "time": {"from": "now-6h", "to": "now"},
            "templating": {"list": variables},
            "panels": [_placed(number, panel) for number, panel in enumerate(board.panels)],
        }
    )


def _placed(number: int, panel: Panel | Table) -> dict[str, Any]:
    row, column = divmod(number, PER_ROW)
    place = {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT}
    head = {"id": number + 1, "title": panel.title, "description": panel.description, "gridPos": place}
    return {**head, **(_table(panel) if isinstance(panel, Table) else _graph(panel))}


def _graph(panel: Panel) -> dict[str, Any]:
    links = [{"title": "What to do", "url": panel.runbook}] if panel.runbook else []
    return {
        "type": panel.kind,
        "datasource": PROMETHEUS,
        "links": links,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": PROMETHEUS, "expr": asked.expr, "legendFormat": asked.legend}
            for place, asked in enumerate(panel.queries)
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    asked = {"refId": "A", "datasource": POSTGRES, "rawSql": table.sql, "rawQuery": True, "format": "table"}
    return {"type": "table", "datasource": POSTGRES, "targets": [asked]}
