"""Dashboards, alerts and runbooks name only what there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from house.named_metrics import (
    commands,
    panels,
    promql,
    rules,
    undeclared,
    unknown_series,
    unknown_settings,
)
from house.source import ROOT
from mediamill.telemetry.metrics import TABLE
from mill.cli.app import app

RULES = list(rules(ROOT))
RECORDED = frozenset(rule.name for rule in RULES if not rule.is_alert)
ALERTS = sorted({rule.name for rule in RULES if rule.is_alert})
PAGES = sorted((ROOT / "deploy/runbooks").glob("*.md"))
UNKNOWN = "sum(rate(mediamill_job_finished_total[5m])) / sum(queue:mediamill_jobs_faild:ratio_rate5m)"


def test_every_panel_asks_for_metrics_that_are_declared() -> None:
    wrong = {
        place: found for place, expr in panels(ROOT) if (found := undeclared(expr, RECORDED) | unknown_series(expr))
    }

    assert not wrong


def test_every_rule_asks_for_metrics_that_are_declared() -> None:
    wrong = {
        rule.name: found for rule in RULES if (found := undeclared(rule.expr, RECORDED) | unknown_series(rule.expr))
    }

    assert not wrong


def test_a_metric_that_nobody_declares_is_found() -> None:
    assert undeclared(UNKNOWN, RECORDED) == {"mediamill_job_finished_total", "queue:mediamill_jobs_faild:ratio_rate5m"}
    assert undeclared("sum(mediamill_queue_jobs)", RECORDED) == set()
    assert unknown_series('up{job="x"} + celery_tasks[5m]') == {"celery_tasks"}


def test_every_metric_of_ours_is_shown_or_watched() -> None:
    asked = "\n".join([*(expr for _, expr in panels(ROOT)), *(rule.expr for rule in RULES)])

    unseen = {name for name, metric in TABLE.items() if not any(part in asked for part in metric.series)}

    assert not unseen, "what nobody looks at is not worth its cost"


def test_every_alert_has_its_page_and_every_page_its_alert() -> None:
    linked = {rule.name: rule.runbook for rule in RULES if rule.is_alert}

    assert {page.stem for page in PAGES} == set(ALERTS)
    assert all(runbook == f"deploy/runbooks/{name}.md" for name, runbook in linked.items())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_tells_symptom_query_causes_and_cure_and_names_only_what_there_is(page: Path) -> None:
    text = page.read_text("utf-8")
    asked = promql(text)

    headings = [line for line in text.splitlines() if line.startswith("## ")]

    assert text.startswith(f"# {page.stem}: ")
    assert headings == ["## Symptom", "## Query", "## Causes", "## Cure"]
    assert asked
    assert not undeclared(asked, RECORDED) | unknown_series(asked)
    assert not [words for words in commands(text) if not is_command(words)]
    assert not unknown_settings(text)
    assert all((page.parent / link).is_file() for link in links(text))


def test_a_command_that_is_not_there_is_found() -> None:
    assert is_command(("queues", "resume"))
    assert is_command(("status",))
    assert not is_command(("queues", "restart"))
    assert not is_command(("limits",))
    assert commands("see `mill jobs list --queue x` and `mill queues`") == {("jobs", "list"), ("queues",)}
    assert unknown_settings("`MEDIAMILL_POOL_SIZE` and `MEDIAMILL_POOLSIZE`") == {"POOLSIZE"}


def is_command(words: tuple[str, ...]) -> bool:
    """Tell whether ``mill`` has a command; words after one without verbs are its arguments."""
    found: Any = get_command(app)
    for word in words:
        if not hasattr(found, "resolve_command"):
            break
        _, found, _ = found.resolve_command(found.context_class(found, resilient_parsing=True), [word])
    return found is not None


def links(text: str) -> list[str]:
    """Give the pages that a page links to."""
    return [part.split(")")[0] for part in text.split("](")[1:]]
