"""The tables of words beside this file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Read one of the tables, once."""
    text = resources.files("mediamill_media.text.reading").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def words(name: str) -> frozenset[str]:
    """Give one of the plain lists of ``cues.toml``."""
    return frozenset(table("cues")["lists"][name].split())
