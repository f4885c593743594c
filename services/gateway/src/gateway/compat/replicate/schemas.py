"""The contract of a kind as Replicate writes one: an OpenAPI document with the schemas ``Input`` and ``Output``."""

from __future__ import annotations

from functools import cache
from typing import Any

from gateway.compat.replicate.models import Version
from mediamill.contracts import MediaAnswer
from mediamill.queues.registry import Kind
from mediamill.webhooks.replicate import SEVERAL, WRITING, version_of

COG_VERSION = "0.16.0"
"""The dialect of such documents that ours is written in."""
SINCE = "2026-01-01T00:00:00.000Z"
"""Clients want a time; a version of ours has none, since it grows with its kind."""

_REF = "#/components/schemas/{model}"
_URI = {"type": "string", "format": "uri"}


@cache
def version(kind: Kind) -> Version:
    """Show the version of a kind's model."""
    return Version(id=version_of(kind.name), created_at=SINCE, cog_version=COG_VERSION, openapi_schema=_document(kind))


def output_schema(kind: Kind) -> dict[str, Any]:
    """Describe what the prediction's ``output`` is."""
    if issubclass(kind.answer, MediaAnswer):
        return {"title": "Output", **({"type": "array", "items": _URI} if kind.queue in SEVERAL else _URI)}
    if kind.queue in WRITING and "text" in kind.answer.model_fields:
        return {"title": "Output", "type": "string"}
    return {**kind.answer.model_json_schema(mode="serialization", ref_template=_REF), "title": "Output"}


def _document(kind: Kind) -> dict[str, Any]:
    asked, made = _files_are_urls(kind.ask.model_json_schema(ref_template=_REF)), output_schema(kind)
    parts = {**made.pop("$defs", {}), **asked.pop("$defs", {})}
    for order, field in enumerate(asked.get("properties", {}).values()):
        field["x-order"] = order
    return {
        "openapi": "3.0.2",
        "info": {"title": kind.manifest.summary, "version": str(kind.manifest.version)},
        "paths": {},
        "components": {"schemas": {"Input": {**asked, "title": "Input"}, "Output": made, **parts}},
    }


def _files_are_urls(schema: Any) -> Any:
    """Say that files are given by URL: as such, as data, or as the address of an upload."""
    match schema:
        case {"format": "asset-id"}:
            return {**{name: part for name, part in schema.items() if name != "pattern"}, **_URI}
        case dict():
            return {name: _files_are_urls(part) for name, part in schema.items()}
        case list():
            return [_files_are_urls(part) for part in schema]
        case _:
            return schema
