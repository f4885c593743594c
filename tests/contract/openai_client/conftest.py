"""The official client, unmodified."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import OpenAI

from mediamill_testing.studio import Studio


@pytest.fixture
def client(studio: Studio) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{studio.url}/openai/v1", api_key=studio.key, timeout=30) as made:
        yield made


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
