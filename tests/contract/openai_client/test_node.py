"""The npm clients, where node and they are at hand: MEDIAMILL_NODE_MODULES names the folder that they are in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mediamill_testing.studio import Studio

NODE = shutil.which("node")
MODULES = Path(os.environ.get("MEDIAMILL_NODE_MODULES", "node_modules"))

pytestmark = pytest.mark.xdist_group("studio")


def told_by(script: str, package: str, studio: Studio) -> dict[str, Any]:
    """Run a script in node and give what it printed."""
    if NODE is None:
        pytest.skip("node is not installed")
    if not (MODULES / package).is_dir():
        pytest.skip(f"npm install {package}, and name its node_modules in MEDIAMILL_NODE_MODULES")
    argv = [NODE, str(Path(__file__).with_name(script)), f"{studio.url}/openai/v1", studio.key, str(MODULES.resolve())]
    ran = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return dict(json.loads(ran.stdout))


def test_the_npm_client_needs_no_change(studio: Studio) -> None:
    told = told_by("drop_in.mjs", "openai", studio)

    assert told["chat"] == told["streamed"] != ""
    assert (told["png"], told["video"], told["refused"]) == ("PNG", "video.deleted", [404, "model_not_found"])
    assert told["response"]
    assert told["sound"] > 1000
    assert "mediamill/text-generate" in told["models"]


def test_vercels_sdk_needs_no_change(studio: Studio) -> None:
    told = told_by("vercel.mjs", "@ai-sdk/openai", studio)

    assert told["response"] == told["chat"] == told["streamed"] != ""
    assert told["png"] == "PNG"
    assert told["sound"] > 1000
