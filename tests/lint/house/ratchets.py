"""Sizes that may only shrink, measured."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from house.source import Source
from house.syntax import Function, functions, text_of

RECORD = Path(__file__).parents[1] / "ratchets.toml"


class Ratchet(NamedTuple):
    """What was allowed once and for all, and what the worst was when somebody last looked."""

    limit: int
    worst: int
    step: int


class Size(NamedTuple):
    """How large something is."""

    lines: int
    where: str


def recorded(path: Path = RECORD) -> dict[str, Ratchet]:
    """Read the record."""
    return {name: Ratchet(**values) for name, values in tomllib.loads(path.read_text("utf-8")).items()}


def judge(ratchet: Ratchet, sizes: Iterable[Size]) -> str | None:
    """Tell what is wrong between the record and the truth, if anything is."""
    largest = max(sizes, default=Size(0, "nothing"))
    reached = -(-largest.lines // ratchet.step) * ratchet.step
    if largest.lines > ratchet.limit:
        return f"{largest.where} has {largest.lines} lines, {ratchet.limit} are the limit: split it"
    if reached > ratchet.worst:
        return f"{largest.where} has {largest.lines} lines, {ratchet.worst} is the worst so far: split it"
    if reached < ratchet.worst:
        return f"{largest.where} is the largest with {largest.lines}: tighten worst from {ratchet.worst} to {reached}"
    return None


def file_lines(source: Source) -> Iterator[Size]:
    """Measure a file that is shipped."""
    if not source.is_test:
        yield Size(source.text.count("\n"), str(source.path))


def test_file_lines(source: Source) -> Iterator[Size]:
    """Measure a file of the tests."""
    if source.is_test:
        yield Size(source.text.count("\n"), str(source.path))


def function_lines(source: Source) -> Iterator[Size]:
    """Measure the functions of a file that is shipped."""
    if not source.is_test:
        for function in functions(source.tree):
            yield Size(_length(function), f"{source.path}:{function.lineno} {function.name}()")


def _length(function: Function) -> int:
    """Count the lines without the docstring, so that explaining costs nothing."""
    last = function.end_lineno or function.lineno
    first = function.body[0]
    docstring = isinstance(first, ast.Expr) and text_of(first.value) is not None
    return last - function.lineno + 1 - ((first.end_lineno or first.lineno) - first.lineno + 1 if docstring else 0)


MEASURES: dict[str, Callable[[Source], Iterator[Size]]] = {
    measure.__name__: measure for measure in (file_lines, test_file_lines, function_lines)
}
