"""The pytest plugin of Mediamill's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediamill_testing.desk import DeskContext


@pytest.fixture
def desk(tmp_path: Path) -> DeskContext:
    """A context for trying a handler without the engine."""
    return DeskContext(tmp_path)
