"""The source files of the repository, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
FOLDERS = ("libs/*/src", "libs/*/tests", "services/*/src", "services/*/tests", "tests")


class Finding(NamedTuple):
    """One place that breaks a rule."""

    path: PurePosixPath
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Source:
    """One Python file, named by its path from the root."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text, str(self.path))

    @property
    def is_test(self) -> bool:
        """Whether it belongs to the tests rather than to what is shipped."""
        return "tests" in self.path.parts

    def is_at(self, *endings: str) -> bool:
        """Tell whether its path ends with one of the given ones."""
        return any(self.path.match(ending) for ending in endings)

    def is_in(self, folder: str) -> bool:
        """Tell whether a folder of this path, such as ``mediamill/wire``, is above it."""
        return f"/{folder}/" in f"/{self.path}"

    def at(self, node: ast.AST, what: str) -> Finding:
        """Point at a node."""
        return Finding(self.path, getattr(node, "lineno", 1), what)


def sources(root: Path = ROOT) -> Iterator[Source]:
    """Read every Python file of the repository."""
    for folder in FOLDERS:
        for path in sorted(root.glob(f"{folder}/**/*.py")):
            yield Source(PurePosixPath(path.relative_to(root).as_posix()), path.read_text("utf-8"))
