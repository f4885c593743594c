"""Small questions about syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef


def dotted(node: ast.expr) -> str:
    """Give ``a.b.c`` for an expression that is such a name, and an empty string for any other."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Give every call."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Give every function and method, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def imported(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Give every imported module with the statement that imports it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


def called_before(call: ast.Call) -> Iterator[tuple[str, str]]:
    """Give what is called earlier in a chain and on what: ``("insert", "Job")`` for ``insert(Job).values()``."""
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
            yield name, dotted(node.args[0]) if node.args else ""
            node = node.func
        else:
            node = node.value


def text_of(node: ast.AST) -> str | None:
    """Give the value of a string literal."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
