"""One stack for all tests of the group ``stack``; tests that break parts of it mend what they broke."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mediamill_testing.stacks import Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack with the test kinds."""
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running
