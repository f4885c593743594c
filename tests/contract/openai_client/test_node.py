"""The npm clients of OpenAI's API."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediamill_testing.node import told_by
from mediamill_testing.studio import Studio

pytestmark = pytest.mark.xdist_group("studio")


def test_the_npm_client_needs_no_change(studio: Studio) -> None:
    script = Path(__file__).with_name("drop_in.mjs")

    told = told_by(script, "openai", f"{studio.url}/openai/v1", studio.key)

    assert told["chat"] == told["streamed"] != ""
    assert (told["png"], told["edited"], told["video"]) == ("PNG", "PNG", "video.deleted")
    assert told["refused"] == [404, "model_not_found"]
    assert told["response"]
    assert told["sound"] > 1000
    assert "mediamill/text-generate" in told["models"]


def test_vercels_sdk_needs_no_change(studio: Studio) -> None:
    script = Path(__file__).with_name("vercel.mjs")

    told = told_by(script, "@ai-sdk/openai", f"{studio.url}/openai/v1", studio.key)

    assert told["response"] == told["chat"] == told["streamed"] != ""
    assert told["png"] == "PNG"
    assert told["sound"] > 1000
    assert told["heard"] == ["A fox finds a lantern in the snow.", "en"]
