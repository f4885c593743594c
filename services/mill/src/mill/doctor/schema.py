"""Has the database what the code expects of it, and are the generated files what the manifests say."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import SQLAlchemyError

from mediamill.db.tables import metadata
from mediamill.queues.manifest import BrokenManifest
from mediamill.queues.registry import TEST_QUEUE, discover
from mill.doctor.finding import Finding, Fix, fail, ok, warn
from mill.doctor.reach import idle, looking, settings_of
from mill.manifests.files import Files, drift, render, write
from mill.stack.layout import Layout

SCHEMA, MANIFESTS = "schema", "manifests"
_REPORT = (
    "Somebody changed tables by hand, or restored another release: compare with a database that was only migrated."
)
_MOST = 5
_CHECKOUT = ("services", "k8s", "deploy")


def schema(layout: Layout) -> Finding:
    """Is everything there that the engine's tables have; what is there besides is another release's, or a product's."""
    if (config := settings_of(layout)) is None:
        return idle(SCHEMA)
    try:
        with looking(config) as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            missing = [*_missing(compare_metadata(MigrationContext.configure(connection), metadata))]
    except SQLAlchemyError as error:
        return fail(SCHEMA, str(error).splitlines()[0], "Run 'mill migrate'.")
    if missing:
        return fail(SCHEMA, f"not as the code expects: {'; '.join(missing[:_MOST])}", _REPORT)
    return ok(SCHEMA, f"{len(metadata.tables)} tables as the code expects")


def manifests(_: Layout) -> Finding:
    """Are the generated files of this checkout what the queues' manifests say; elsewhere there are none."""
    root = Path()
    if not all((root / name).is_dir() for name in _CHECKOUT):
        return ok(MANIFESTS, "no checkout here, so nothing is generated")
    try:
        found = [str(one) for one in drift(root, _generated())]
    except BrokenManifest as error:
        return fail(MANIFESTS, str(error), "Mend its queue.toml.")
    if not found:
        return ok(MANIFESTS, "the generated files are what the manifests say")
    told = warn(MANIFESTS, "; ".join(found[:_MOST]), "Run 'make manifests'.")
    return told.model_copy(update={"fix": WRITE.does})


def _generated() -> Files:
    return render(queue.manifest for queue in discover().queues.values() if queue.name != TEST_QUEUE)


def _write(_: Layout) -> str:
    return f"{len(write(Path(), _generated()))} files written"


WRITE = Fix("Write the generated files anew", _write)


def _missing(differences: list[Any]) -> Iterator[str]:
    """Tell what a comparison misses or finds changed."""
    for one in differences:
        changes = one if isinstance(one, list) else [one]
        for verb, *facts in changes:
            if verb == "add_table":
                yield f"the table {facts[0].name} is missing"
            elif verb == "add_column":
                yield f"the column {facts[1]}.{facts[2].name} is missing"
            elif verb in {"add_index", "add_constraint", "add_fk"}:
                yield f"{facts[0].name} of {facts[0].table.name} is missing"
            elif verb.startswith("modify_"):
                yield f"{facts[1]}.{facts[2]} is another {verb.removeprefix('modify_')}"
