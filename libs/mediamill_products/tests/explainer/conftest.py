"""An engine with the queues that come before anything is drawn: enough to tell why a film cannot be made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mediamill.queues.registry import Registry, discover
from mediamill.settings import Settings
from mediamill_testing.harness import Mill


@pytest.fixture
def mill(config: Settings, tmp_path: Path) -> Iterator[Mill]:
    queues = discover().queues
    made = Mill(config, tmp_path, Registry({name: queues[name] for name in ("flow", "text", "test")}))
    yield made
    made.close()
