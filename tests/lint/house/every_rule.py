"""All rules, gathered by importing the files that hold them."""

from __future__ import annotations

from house import rules_layout, rules_migrations, rules_style, rules_truth
from house.rule import RULES

FILES = (rules_layout, rules_migrations, rules_style, rules_truth)

__all__ = ["FILES", "RULES"]
