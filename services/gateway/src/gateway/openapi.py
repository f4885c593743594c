"""The OpenAPI document: good enough to generate an SDK from, with an example of every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway.problems import MEDIA_TYPE
from gateway.products.crossroads import describe
from mediamill.queues.registry import Kind, Registry
from mediamill_products.catalogue import Product

DESCRIPTION = """
Post a job, get its id at once, watch it live, receive durable assets.

1. `GET /v1/kinds` tells what can be asked for.
2. `POST /v1/jobs` accepts a job; with `Prefer: wait=60` it answers when the job has ended.
3. `GET /v1/jobs/{id}/events` with `Accept: text/event-stream` tells how it goes.
4. `output.assets[].url` opens what it made.

Every error is an RFC 9457 problem. Lists are `{data, next_cursor}`. Times are UTC, ids are UUIDv7.
"""

TAGS = [
    {"name": "jobs", "description": "Posted, watched, cancelled, tried again."},
    {"name": "events", "description": "What happened, as a list or live."},
    {"name": "assets", "description": "Immutable bytes: yours to upload, your jobs' to make."},
    {"name": "kinds", "description": "What can be asked for."},
    {"name": "estimates", "description": "What a job would cost and take."},
    {"name": "usage", "description": "What you have used and may still use."},
    {"name": "queues", "description": "How the queues are."},
    {"name": "providers", "description": "Who makes things, and in which order they are asked. For the operator."},
    {"name": "tenants", "description": "Who owns things. For the operator."},
    {"name": "keys", "description": "Who may ask. For the operator."},
    {"name": "operations", "description": "For load balancers and Prometheus."},
]


def document(app: FastAPI, registry: Registry, offered: tuple[Product, ...] = ()) -> Callable[[], dict[str, Any]]:
    """Make the function that writes the document once and keeps it."""

    def write() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=DESCRIPTION,
                routes=app.routes,
                tags=TAGS,
            )
            describe(schema, offered)
            _problems_have_their_type(schema)
            _restore_nulls(schema)
            _add_examples(schema, registry)
            app.openapi_schema = schema
        return app.openapi_schema

    return write


def _problems_have_their_type(schema: dict[str, Any]) -> None:
    """Say that refusals are problems: FastAPI writes a model under the type of successes."""
    for operation in _operations(schema):
        for status, response in operation["responses"].items():
            content = response.get("content", {})
            if status >= "400" and "application/json" in content:
                response["content"] = {MEDIA_TYPE: content["application/json"] or content.get(MEDIA_TYPE)}


def _restore_nulls(schema: dict[str, Any]) -> None:
    """Put back what FastAPI takes out of examples: a field that must be there and is null."""
    for model in schema["components"]["schemas"].values():
        for example in model.get("examples", []):
            for name in model.get("required", []):
                example.setdefault(name, None)


def _add_examples(schema: dict[str, Any], registry: Registry) -> None:
    body = schema["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]["application/json"]
    body["examples"] = {
        name: {"summary": kind.manifest.summary, "value": {"kind": name, "input": example}}
        for name, kind in sorted(registry.kinds.items())
        if (example := _example(kind)) is not None
    }


def _example(kind: Kind) -> Any:
    return next(iter(kind.ask.model_json_schema().get("examples", [])), None)


def _operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in schema["paths"].values() for operation in path.values()]
