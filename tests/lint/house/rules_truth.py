"""Rules that keep the truth in one place: commits, time, states."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from house.rule import rule
from house.source import Finding, Source
from house.syntax import called_before, calls, dotted, text_of

CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "date.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
}
UPDATES_STATE = re.compile(r"\bupdate\s+jobs\b.*\bset\b.*\bstate\s*=", re.IGNORECASE | re.DOTALL)


@rule
def commit_at_the_edge(source: Source) -> Iterator[Finding]:
    """A transaction ends where it began: only ``unit_of_work`` in db/session.py commits."""
    if source.is_test or source.is_at("mediamill/db/session.py"):
        return
    for call in calls(source.tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
            yield source.at(call, "commits")


@rule
def time_from_the_clock(source: Source) -> Iterator[Finding]:
    """Time comes from ``mediamill.clock``; ids.py alone reads it too, for bits that no test has to control."""
    if source.is_test or source.is_at("mediamill/clock.py", "mediamill/ids.py"):
        return
    for call in calls(source.tree):
        if dotted(call.func) in CLOCKS:
            yield source.at(call, f"reads {dotted(call.func)}()")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for alias in node.names:
                if alias.name in {"time", "time_ns"}:
                    yield source.at(node, f"imports time.{alias.name}")


@rule
def state_by_transition(source: Source) -> Iterator[Finding]:
    """A job changes its state through ``jobs/transition.py``, which writes the event in the same statement."""
    if source.is_test or source.is_at("mediamill/jobs/transition.py"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _updates_state(node):
            yield source.at(node, "updates a state")
        elif isinstance(node, ast.Assign) and any(_is_foreign_state(target) for target in node.targets):
            yield source.at(node, "assigns a state")
        elif UPDATES_STATE.search(text_of(node) or ""):
            yield source.at(node, "updates a state in SQL")


def _updates_state(call: ast.Call) -> bool:
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "values"):
        return False
    begun = {name: table for name, table in called_before(call) if name in {"insert", "update"}}
    if "insert" in begun or begun.get("update", "Job").split(".")[-1] != "Job":
        return False
    keys = [key for arg in call.args if isinstance(arg, ast.Dict) for key in arg.keys if key is not None]
    named = {keyword.arg for keyword in call.keywords} | {text_of(key) or dotted(key) for key in keys}
    return bool(named & {"state", "Job.state"})


def _is_foreign_state(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and target.attr == "state" and dotted(target) != "self.state"
