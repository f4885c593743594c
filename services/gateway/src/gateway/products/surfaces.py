"""Where the products' routes are: at the paths that their frontends know, and below the product's name.

Where two products know the same path, one route of theirs takes it for both; below its name each has its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from fastapi import FastAPI, Response

from gateway.compat.dialects import Dialect, Refusal
from gateway.limits import StrictJsonRequest
from gateway.problems import Problem
from gateway.products.crossroads import crossroads
from gateway.products.reception import welcomed
from gateway.shortway import Way
from mediamill_products.catalogue import Poll, Product, Surface
from mediamill_products.refusals import Refused

_FACTS = {"limit", "used", "kept", "resets_at"}


def mount(app: FastAPI, installed: tuple[Product, ...]) -> None:
    """Add the routes of every product, and before them those that several share."""
    crossroads(app, installed)
    for product in installed:
        app.include_router(product.router, tags=[product.name])
        app.include_router(product.router, prefix=f"/{product.name}", include_in_schema=False)


def uploads(installed: tuple[Product, ...]) -> frozenset[str]:
    """Give the paths whose bodies are files."""
    return frozenset(
        base + path for product in installed for path in product.surface.uploads for base in ("", f"/{product.name}")
    )


def ways(installed: tuple[Product, ...]) -> tuple[Way, ...]:
    """Give the short ways to what the products' frontends ask for again and again."""
    return tuple(
        _way(base, poll) for product in installed for poll in product.surface.polls for base in ("", f"/{product.name}")
    )


def _way(base: str, poll: Poll) -> Way:
    prefix = base + poll.prefix

    async def take(request: StrictJsonRequest) -> Response | None:
        caller = await welcomed(request)
        told = None if caller is None else await poll.answer(caller, request.scope["path"].removeprefix(prefix))
        return None if told is None else Response(told, media_type="application/json")

    return Way(lambda path: path.startswith(prefix), take, "GET")


def dialects(installed: tuple[Product, ...]) -> tuple[Dialect, ...]:
    """Give how each product refuses; of two prefixes that fit a path, the longer comes first."""
    return tuple(sorted(_dialects(installed), key=lambda dialect: -len(dialect.prefix)))


def _dialects(installed: tuple[Product, ...]) -> Iterator[Dialect]:
    for product in installed:
        surface = product.surface
        yield from (_Words(prefix, surface) for prefix in (*surface.prefixes, f"/{product.name}/"))


class _Words:
    """How a product refuses below one prefix."""

    def __init__(self, prefix: str, surface: Surface) -> None:
        self.prefix = prefix
        self._surface = surface

    def refuse(self, problem: Problem) -> Refusal:
        """Say it in the product's words."""
        wrong = [(tuple(field.loc), field.msg) for field in problem.errors or ()]
        facts = problem.model_dump(include=_FACTS, exclude_none=True)
        refused = Refused(problem.status, problem.code, problem.title, problem.detail, wrong, facts)
        told = self._surface.refuse(refused)
        return Refusal(told.status, json.dumps(told.body, ensure_ascii=False).encode())
