"""What dashboards, rules and runbooks name must be there: metrics, alerts, pages, commands, settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from mediamill.settings import Settings
from mediamill.telemetry.metrics import FOREIGN, series

METRIC = re.compile(r"\b(?:[a-z]+:)?mediamill_[a-z0-9_]+(?::[a-z0-9_]+)?\b")
COMMAND = re.compile(r"`mill ([a-z]+(?: [a-z]+)*)")
SETTING = re.compile(r"\bMEDIAMILL_([A-Z_]+)\b")
FROM_PROMETHEUS = {"ALERTS"}


class Rule(NamedTuple):
    """A rule of Prometheus: an alert, or a record."""

    name: str
    expr: str
    is_alert: bool
    runbook: str


def rules(root: Path) -> Iterator[Rule]:
    """Read every rule."""
    for path in sorted(root.glob("deploy/prometheus/rules/*.yml")):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            for rule in group["rules"]:
                annotations: dict[str, Any] = rule.get("annotations", {})
                name = rule.get("alert") or rule["record"]
                yield Rule(name, rule["expr"], "alert" in rule, annotations.get("runbook_url", ""))


def panels(root: Path) -> Iterator[tuple[str, str]]:
    """Give every question of every dashboard to Prometheus, by its file and title."""
    for path in sorted(root.glob("deploy/grafana/*.json")):
        for panel in json.loads(path.read_text("utf-8"))["panels"]:
            for asked in panel["targets"]:
                if "expr" in asked:
                    yield f"{path.name}: {panel['title']}", asked["expr"]


def undeclared(expr: str, recorded: frozenset[str]) -> set[str]:
    """Give the metrics of ours that an expression names and nobody declares or records."""
    return set(METRIC.findall(expr)) - series() - recorded


def unknown_series(expr: str) -> set[str]:
    """Give the names that are looked up and are neither ours nor known to come from elsewhere."""
    looked_up = set(re.findall(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?=[\[{])", expr))
    return {name for name in looked_up if "mediamill_" not in name} - FOREIGN - FROM_PROMETHEUS


def promql(page: str) -> str:
    """Give the questions of a runbook."""
    return "\n".join(re.findall(r"```promql\n(.*?)```", page, re.DOTALL))


def commands(page: str) -> set[tuple[str, ...]]:
    """Give the commands of ``mill`` that a page names, with their verbs."""
    return {tuple(words.split()) for words in COMMAND.findall(page)}


def unknown_settings(page: str) -> set[str]:
    """Give the settings that a page names and nobody reads."""
    return {name for name in SETTING.findall(page) if name.lower() not in Settings.model_fields}
