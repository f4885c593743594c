"""What a whole film costs, all steps counted, and what it costs to change one of its scenes.

``python -m mediabench.revising``; ``QUICK=1`` small, ``SCENES=10``. CPU of the worker and its children.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mediamill_testing.cpu import tree_seconds
from mediamill_testing.stacks import Stack, running_stack

SCENES = int(os.environ.get("SCENES") or 10)
SIZE = "320x240" if os.environ.get("QUICK") else "1280x720"
BRIEF = (
    "A little silver robot named Pim lives in a snowy village. One night a fox named Rue loses her way in the dark "
    "forest. Pim carries an old lantern through the falling snow to find her. They rest in a cave, cross a river, "
    "climb a mountain, and come to a castle. In the morning they sit by the sea and watch the sun."
)


def main() -> None:
    """Make a film, change a scene of it, and ask for the very same once more."""
    with tempfile.TemporaryDirectory(prefix="revising-") as name, running_stack(Path(name)) as stack:
        warm(stack)
        ask = {"brief": BRIEF, "scenes": SCENES, "size": SIZE}
        film, first = spent(stack, lambda: stack.submit("flow.film", ask))
        change = {"changes": [{"scene": SCENES // 2, "image_prompt": "a fox in a meadow, sunny day"}]}
        _, second = spent(stack, lambda: revise(stack, film["id"], change))
        words = {"changes": [{"scene": 2, "narration": "And so it was that nobody slept in the village that night."}]}
        _, third = spent(stack, lambda: revise(stack, film["id"], words))
        _, again = spent(stack, lambda: stack.submit("flow.film", ask, cache="reuse"))
    seconds = film["output"]["duration_s"]
    facts = {
        "bench": f"a film of {SCENES} scenes in {SIZE}",
        "film_s": seconds,
        **{f"first_{name}": value for name, value in first.items()},
        "cpu_s_a_second": round(first["cpu_s"] / seconds, 3),
        "a_picture_changed": {**second, "share": round(second["cpu_s"] / first["cpu_s"], 3)},
        "a_narration_changed": {**third, "share": round(third["cpu_s"] / first["cpu_s"], 3)},
        "nothing_changed": again,
    }
    sys.stdout.write(json.dumps(facts) + "\n")


def warm(stack: Stack) -> None:
    """Have every part load what it needs once."""
    done = stack.ended(stack.submit("flow.film", {"brief": "A cat.", "scenes": 1, "size": "320x240"})["id"], 200)
    if done["state"] != "succeeded":
        raise RuntimeError(done["error"])


def revise(stack: Stack, job: str, change: dict[str, Any]) -> dict[str, Any]:
    """Ask for a job again with something changed."""
    with stack.client() as client:
        return dict(client.post(f"/v1/jobs/{job}/revise", json={"input": change}).raise_for_status().json())


def spent(stack: Stack, ask: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], dict[str, float]]:
    """Have a film made, and give it with what the worker spent on it."""
    worker = stack.parts()["worker"]
    before, began = tree_seconds(worker), time.monotonic()
    done = stack.ended(ask()["id"], 900)
    if done["state"] != "succeeded":
        raise RuntimeError(done["error"])
    cpu = tree_seconds(worker) - before
    return done, {"cpu_s": round(cpu, 2), "wall_s": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    main()
