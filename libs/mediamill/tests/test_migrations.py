"""The migrations make the tables that the models tell of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import inspect

from mediamill.db.migrate import alembic_config, migrate
from mediamill.db.revision import current, head
from mediamill.db.session import Database
from mediamill.db.tables import metadata
from mediamill.settings import Settings
from mediamill_products.catalogue import load_models


def is_no_part(item: Any, name: str | None, kind: str, *_: Any) -> bool:
    """Leave out partitions and their indexes: the models tell of what they are parts of."""
    table = item if kind == "table" else getattr(item, "table", None)
    return table is None or not table.name.startswith(("events_", "steps_"))


def database(url: str) -> Database:
    return Database(Settings(database_url=SecretStr(url)))


def test_they_are_one_line_numbered_in_their_order() -> None:
    scripts = list(ScriptDirectory.from_config(alembic_config()).walk_revisions())[::-1]

    numbers = [f"{place:04}" for place in range(1, len(scripts) + 1)]
    assert [script.revision for script in scripts] == numbers
    assert [script.down_revision for script in scripts] == [None, *numbers[:-1]]
    names = [Path(script.path).name for script in scripts]
    assert all(name[4:].startswith(("_pre_", "_post_")) for name in names)


@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
def test_a_migrated_database_has_what_the_models_say(database_url: str) -> None:
    load_models()
    db = database(database_url)
    load_models()

    with db.unit_of_work() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"include_object": is_no_part}), metadata
        )

    assert differences == []


def test_migrating_again_changes_nothing(database_url: str) -> None:
    db = database(database_url)

    migrate(db)

    with db.unit_of_work() as connection:
        assert current(connection) == head()


def test_the_way_back_leaves_nothing(database_url: str) -> None:
    db = database(database_url)

    with db.unit_of_work() as connection:
        command.downgrade(alembic_config(connection), "base")

    assert inspect(db.engine).get_table_names() == ["alembic_version"]
