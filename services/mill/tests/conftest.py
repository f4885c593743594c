"""A database and a store for the doctor to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mediamill_testing.harness import Mill
from mediamill_testing.plugin import read_settings_anew
from mill.stack.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.of(tmp_path / "data")


@pytest.fixture
def sick(mill: Mill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mill]:
    """An engine whose database and store the doctor looks at."""
    monkeypatch.setenv("MEDIAMILL_DATABASE_URL", mill.config.database_url.get_secret_value())
    monkeypatch.setenv("MEDIAMILL_STORE_URL", (tmp_path / "store").as_uri())
    read_settings_anew()
    yield mill
    monkeypatch.undo()
    read_settings_anew()
