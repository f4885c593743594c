"""Rules about how code is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from house.rule import rule
from house.source import Finding, Source
from house.syntax import calls, dotted, functions, text_of

LOGGERS = {"log", "_log", "logger", "_logger", "logging"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
PATCHERS = {"patch", "patch.dict", "patch.multiple", "setattr", "delattr"}
OURS = re.compile(r"(mediamill\w*|gateway|conductor|mill)\.")


@rule
def log_calls_have_fields(source: Source) -> Iterator[Finding]:
    """A log call names an event and gives its values as fields, so that events can be counted."""
    for call in calls(source.tree):
        *owner, level = dotted(call.func).split(".")
        if level in LEVELS and owner and owner[-1] in LOGGERS and any(_is_built(arg) for arg in call.args):
            yield source.at(call, "builds the text of a log call")


@rule
def imports_at_the_top(source: Source) -> Iterator[Finding]:
    """What a file needs stands at its top; an import inside a function hides a circle or a weight."""
    inside = {
        (node.lineno, node)
        for function in functions(source.tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    for _, node in sorted(inside, key=lambda found: found[0]):
        yield source.at(node, "imports inside a function")


@rule
def tests_use_the_real_thing(source: Source) -> Iterator[Finding]:
    """A test runs our modules as they are: it hands over another part, but patches none of ours by its name."""
    if not source.is_test:
        return
    for call in calls(source.tree):
        name = dotted(call.func)
        patches = name in PATCHERS or name.endswith(tuple(f".{patcher}" for patcher in PATCHERS))
        target = text_of(call.args[0]) if call.args else None
        if patches and target and OURS.match(target):
            yield source.at(call, f"patches {target}")


def _is_built(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod | ast.Add) and (text_of(node.left) is not None or _is_built(node.left))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
