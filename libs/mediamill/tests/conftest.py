"""Servers that several files of tests share; each takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mediamill_testing.buckets import Bucket, moto, nanio


@pytest.fixture(scope="session")
def checking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A bucket whose server checks signatures."""
    with nanio(tmp_path_factory.mktemp("nanio")) as found:
        yield found


@pytest.fixture(scope="session")
def conditional(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A bucket whose server knows conditional puts."""
    with moto(tmp_path_factory.mktemp("moto")) as found:
        yield found
