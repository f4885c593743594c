"""One stack for the benchmarks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mediamill_testing.stacks import Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack with the test kinds."""
    with running_stack(tmp_path_factory.mktemp("bench")) as running:
        yield running
