"""``make demo-explainer``: a film of a paper without a network, from the local PubMed, on a stack of its own."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from mediamill.clock import monotonic
from mediamill_testing.pubmed.server import PubmedServer, articles
from mediamill_testing.stacks import Stack, running_stack

LOOK_EVERY_S = 0.5
PATIENCE_S = 900.0


def main() -> int:
    """Make the film; 1 where there is none, with its reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pubmed_id", nargs="?", default="90000001", help=f"one of {', '.join(articles())}")
    parser.add_argument("--size", default="1280x720", help="width and height in pixels")
    parser.add_argument("--out", type=Path, default=Path("out"), help="the folder for the film")
    told = parser.parse_args()
    server = PubmedServer().start()
    _say("Starting a stack and a PubMed of its own …")
    try:
        with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder), **server.settings) as stack:
            return _filmed(stack, {"pubmed_id": told.pubmed_id, "size": told.size}, told.out)
    finally:
        server.close()


def _filmed(stack: Stack, wanted: dict[str, str], folder: Path) -> int:
    """Ask for a film and fetch it, or tell why there is none."""
    with stack.client() as client:
        begun = client.post("/api/videos/generate", json=wanted)
        if begun.is_error:
            _say(str(begun.json()["detail"]))
            return 1
        found = _followed(client, begun.json()["job_id"])
        if found["video"] is None:
            _say(found["error"])
            return 1
        _bring_home(client, found, folder)
    return 0


def _followed(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """Say each step as it begins, until the film is there or has failed. Raises ``TimeoutError``."""
    step, until = "", monotonic() + PATIENCE_S
    while monotonic() < until:
        found: dict[str, Any] = client.get(f"/api/videos/{job_id}").json()
        if found["step"] != step:
            step = found["step"]
            _say(f"{found['progress']:3d} %  {step}")
        if found["status"] in {"completed", "failed"}:
            return found
        time.sleep(LOOK_EVERY_S)
    raise TimeoutError(f"the film is not there after {PATIENCE_S:.0f} s")


def _bring_home(client: httpx.Client, found: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path, video = folder / f"pubmed-{found['pubmed_id']}.mp4", found["video"]
    path.write_bytes(client.get(video["video_url"]).raise_for_status().content)
    _say(f"{path}: {video['duration']:.1f} s. {video['citation']}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
