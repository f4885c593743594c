"""What a rule is, and the list of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from house.source import Finding, Source

Rule = Callable[[Source], Iterator[Finding]]

RULES: dict[str, Rule] = {}


def rule(check: Rule) -> Rule:
    """Add a rule; its docstring says what the house does instead."""
    RULES[check.__name__] = check
    return check


def sentence(check: Rule) -> str:
    """Give a rule's docstring on one line."""
    return " ".join((inspect.getdoc(check) or "").split())
