"""Rules about where things live and what they are called."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from house.rule import rule
from house.source import Finding, Source
from house.syntax import imported

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
CONTRACT_MAY_IMPORT = ("pydantic", "mediamill.contracts", "mediamill.timeline")


@rule
def files_are_named_for_what_they_hold(source: Source) -> Iterator[Finding]:
    """A file or folder is named for what is in it, which "utils", "helpers", "common" and "manager" do not tell."""
    words = {word for part in source.path.with_suffix("").parts for word in part.split("_")}
    if empty := words & EMPTY_NAMES:
        yield Finding(source.path, 1, f"is called {', '.join(sorted(empty))}")


@rule
def celery_on_the_wire_only(source: Source) -> Iterator[Finding]:
    """Only ``mediamill.wire`` knows that Celery carries the messages."""
    if source.is_test or source.is_in("mediamill/wire"):
        return
    yield from _imports(source, "celery", "kombu")


@rule
def fastapi_at_the_edge_only(source: Source) -> Iterator[Finding]:
    """HTTP is the business of the gateway, and of a product's ``routes.py`` with the ``caller.py`` given to it."""
    if source.is_test or source.is_in("src/gateway"):
        return
    if source.is_in("src/mediamill_products") and source.path.name in {"routes.py", "caller.py"}:
        return
    if source.is_in("mediamill_testing/kiosk"):
        return
    yield from _imports(source, "fastapi")


@rule
def contracts_are_light(source: Source) -> Iterator[Finding]:
    """A contract.py imports pydantic, mediamill.contracts and mediamill.timeline only, since the gateway loads it."""
    is_contract = source.path.name == "contract.py"
    is_ours = source.is_in("src/mediamill_media") or source.is_in("src/mediamill_products")
    if source.is_test or not (is_ours and is_contract):
        return
    for node, module in imported(source.tree):
        known = module.split(".")[0] in sys.stdlib_module_names
        if not known and not any(
            module == allowed or module.startswith(f"{allowed}.") for allowed in CONTRACT_MAY_IMPORT
        ):
            yield source.at(node, f"imports {module}")


def _imports(source: Source, *packages: str) -> Iterator[Finding]:
    for node, module in imported(source.tree):
        if module.split(".")[0] in packages:
            yield source.at(node, f"imports {module}")
