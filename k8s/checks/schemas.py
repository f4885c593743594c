"""Objects against their schemas: Kubernetes' own of two versions, strictly, and those of the operators that we use."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource

KUBERNETES = ("1.33.0", "1.37.0")
"""The oldest that is still cared for, and the newest."""

OPERATORS: Mapping[str, tuple[str, str]] = {
    "keda.sh/v1alpha1": ("cloudcoil-models-keda", "cloudcoil.models.keda.v1alpha1"),
    "monitoring.coreos.com/v1": ("cloudcoil-models-prometheus-operator", "cloudcoil.models.prometheus_operator.v1"),
}
"""By API version: the package and module of models that were generated from the operator's CRD."""

UNKNOWN = {"external-secrets.io/v1"}
"""No registry has this operator's schema; a test of ours reads its one object instead."""


def complaints(objects: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Tell every fault of every object, with where it is; and two objects of one name."""
    seen: set[tuple[str, str]] = set()
    for found in objects:
        name = f"{found['kind']} {found['metadata']['name']}"
        if (key := (found["kind"], found["metadata"]["name"])) in seen:
            yield f"{name}: is there twice"
        seen.add(key)
        yield from (f"{name}: is told {variable} twice" for variable in _told_twice(found))
        for validator in _validators(found["apiVersion"], found["kind"]):
            for fault in validator.iter_errors(found):
                where = ".".join(map(str, fault.absolute_path))
                yield f"{name}: {where or 'as a whole'}: {fault.message[:300]}"


def _told_twice(found: dict[str, Any]) -> Iterator[str]:
    """Tell which variables a container is given twice: an apply on the server's side is refused."""
    for container in found.get("spec", {}).get("template", {}).get("spec", {}).get("containers", ()):
        names = [one["name"] for one in container.get("env", ())]
        yield from sorted({name for name in names if names.count(name) > 1})


def _validators(api: str, kind: str) -> list[Validator]:
    if api in UNKNOWN:
        return []
    return [_operator(api, kind)] if api in OPERATORS else [_kubernetes(one, api, kind) for one in KUBERNETES]


@cache
def _kubernetes(release: str, api: str, kind: str) -> Validator:
    group, _, rest = api.rpartition("/")
    name = "-".join(part for part in (kind.lower(), group.split(".")[0], rest) if part)
    return Draft202012Validator(json.loads(_text(release, f"{name}.json")), registry=_registry(release))


@cache
def _registry(release: str) -> Registry[Any]:
    @cache
    def definitions(uri: str) -> Resource[Any]:
        if not uri.endswith("_definitions.json"):
            raise NoSuchResource(uri)
        return Resource.from_contents(json.loads(_text(release, "_definitions.json")))

    return Registry(retrieve=definitions)


def _text(release: str, name: str) -> str:
    folder = files("kubernetes_validate") / f"kubernetes-json-schema/v{release}-local-strict"
    return (folder / name).read_text("utf-8")


@cache
def _operator(api: str, kind: str) -> Validator:
    package, module = OPERATORS[api]
    kept = Path(sys.prefix) / f"schemas/{package}-{version(package)}-{kind}.json"
    if not kept.is_file():
        model = getattr(importlib.import_module(module), kind)
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(_closed(model.model_json_schema(by_alias=True))), "utf-8")
    return Draft202012Validator(json.loads(kept.read_text("utf-8")))


def _closed(schema: Any) -> Any:
    """Let objects have what the CRD names and nothing else, and no nulls, which the API server would drop."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {key: _closed(part) for key, part in schema.items()}
    if len(some := [part for part in whole.get("anyOf", ()) if part != {"type": "null"}]) == 1:
        whole |= some[0]
        del whole["anyOf"]
    if whole.get("type") == "object" and isinstance(whole.get("properties"), dict):
        whole.setdefault("additionalProperties", False)
    return whole
