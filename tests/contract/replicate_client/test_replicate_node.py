"""The npm clients of Replicate's API."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediamill_testing.node import told_by
from mediamill_testing.studio import Studio

pytestmark = pytest.mark.xdist_group("studio")


def test_replicates_npm_client_needs_no_change(public: Studio) -> None:
    script = Path(__file__).with_name("drop_in.mjs")

    told = told_by(script, "replicate", f"{public.url}/replicate/v1", public.key)

    assert told["pictures"] == ["PNG", "PNG"]
    assert told["streamed"] == told["text"] != ""
    assert told["ended"] in {"canceled", "succeeded"}
    assert told["refused"] == 404


def test_vercels_sdk_with_replicate_needs_no_change(public: Studio) -> None:
    script = Path(__file__).with_name("vercel.mjs")

    told = told_by(script, "@ai-sdk/replicate", f"{public.url}/replicate/v1", public.key)

    assert told["png"] == "PNG"
