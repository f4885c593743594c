"""What the contract tests stand on: one studio for the clients of a process, each in its own folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mediamill_testing.plugin import fresh_database
from mediamill_testing.studio import Studio, open_studio

ALIASES = {
    "gpt-image-1": "image.generate",
    "tts-1": "audio.speech",
    "whisper-1": "audio.speech",
    "gpt-4o-mini": "text.generate",
    "black-forest-labs/flux-schnell": "image.generate",
}


@pytest.fixture(scope="session")
def studio(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A gateway and a mill that stay open for all tests of the group ``studio``."""
    folder = tmp_path_factory.mktemp("studio")
    with (
        fresh_database(postgres_url) as database_url,
        open_studio(database_url, folder, model_aliases=ALIASES) as opened,
    ):
        yield opened
