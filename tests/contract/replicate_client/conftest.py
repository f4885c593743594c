"""The official client, unmodified; URLs in answers lead to the studio for as long as a test takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import replicate

from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.studio import Studio


@pytest.fixture
def public(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("MEDIAMILL_PUBLIC_URL", studio.url)
    read_settings_anew()
    yield studio
    monkeypatch.undo()
    read_settings_anew()


@pytest.fixture
def client(public: Studio, monkeypatch: pytest.MonkeyPatch) -> replicate.Client:
    """What a user changes is in the environment."""
    monkeypatch.setenv("REPLICATE_BASE_URL", f"{public.url}/replicate")
    monkeypatch.setenv("REPLICATE_API_TOKEN", public.key)
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.1")
    return replicate.Client()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
