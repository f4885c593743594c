"""The official client, unmodified, on a studio that all tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import OpenAI

from mediamill_testing.plugin import fresh_database
from mediamill_testing.studio import Studio, open_studio

ALIASES = {"gpt-image-1": "image.generate", "tts-1": "audio.speech", "gpt-4o-mini": "text.generate"}


@pytest.fixture(scope="session")
def studio(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    with (
        fresh_database(postgres_url) as database_url,
        open_studio(database_url, folder, model_aliases=ALIASES) as opened,
    ):
        yield opened


@pytest.fixture
def client(studio: Studio) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{studio.url}/openai/v1", api_key=studio.key, timeout=30) as made:
        yield made


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
