"""The formula of a ScaledObject, as the expression that it is: numbers, the triggers' names, + - * /, ceil, max."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence

_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: Mapping[str, Callable[[Sequence[float]], float]] = {"ceil": lambda found: math.ceil(found[0]), "max": max}


def evaluate(formula: str, values: Mapping[str, float]) -> float:
    """Give what a formula comes to. Raises ``ValueError`` for what KEDA does not know, ``KeyError`` for a name."""
    return _value(ast.parse(formula, mode="eval").body, values)


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return values[name]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](_value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=[*args]) if name in _FUNCTIONS:
            flat = [part for arg in args for part in (arg.elts if isinstance(arg, ast.List) else [arg])]
            return _FUNCTIONS[name]([_value(part, values) for part in flat])
    raise ValueError(f"{ast.unparse(node)!r} is nothing that the formula may say")
