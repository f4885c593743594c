"""Paths that several products know: the body tells whose it is, and goes on below that product's name."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import InvalidRequest
from mediamill_products.catalogue import Product

Claims = Mapping[str, str]
"""The product to which a body with a field belongs, by that field."""


def crossroads(app: FastAPI, installed: tuple[Product, ...]) -> None:
    """Add the routes that lead on; they come before the products' own."""
    for path, claims in claimed(installed).items():
        app.router.routes.append(Route(path, Crossroads(app.router, path, claims), methods=["POST"]))


def claimed(installed: tuple[Product, ...]) -> dict[str, Claims]:
    """Give the paths that more than one installed product claims, with who claims what."""
    claims: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for product in installed:
        for path, name in product.surface.shared.items():
            claims[path][name] = product.name
    return {path: found for path, found in claims.items() if len(found) > 1}


class Crossroads:
    """Reads a body far enough to tell whose it is; everything else about it is that product's business."""

    def __init__(self, inner: ASGIApp, path: str, claims: Claims) -> None:
        self._inner = inner
        self._path = path
        self._claims = claims

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on. Raises ``InvalidRequest`` where nobody claims it."""
        raw = await Request(scope, receive).body()
        body = _read(raw)
        product = next((product for name, product in self._claims.items() if name in body), None)
        if product is None:
            raise InvalidRequest(f"The body is to have one of: {', '.join(sorted(self._claims))}.")
        path = f"/{product}{self._path}"
        await self._inner({**scope, "path": path, "raw_path": path.encode()}, _again(raw, receive), send)


def describe(schema: dict[str, Any], installed: tuple[Product, ...]) -> None:
    """Say in the OpenAPI document that a shared path takes the body of any of its products."""
    routers = {product.name: product.router for product in installed}
    for path, claims in claimed(installed).items():
        names = [_body_of(routers[product].routes, path) for product in sorted(claims.values())]
        content = schema["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        content["schema"] = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}


def _body_of(routes: Sequence[Any], path: str) -> str:
    """Name the model of a route's body. Raises ``LookupError`` where a product claims a path that takes none."""
    for route in routes:
        if isinstance(route, APIRoute) and route.path == path and route.body_field is not None:
            return str(getattr(route.body_field.field_info.annotation, "__name__", ""))
    raise LookupError(f"no route {path} that takes a body")


def _read(raw: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise InvalidRequest(f"The body is no JSON: {error}.") from error
    return body if isinstance(body, dict) else {}


def _again(raw: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more, and then whatever comes."""
    is_given = False

    async def given() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return given
