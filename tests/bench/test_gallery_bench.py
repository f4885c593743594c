"""The films of the examples: what they cost, and how well they are understood; prints JSON and judges nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mediamill_testing.cpu import family_seconds
from mediamill_testing.listening import errors, late_s, letters
from mediamill_testing.stacks import Stack
from mill.gallery.example import read_examples

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out" / "bench" / "gallery"
NAMES = [example.name for example in read_examples(ROOT / "examples", [])]
CLOSE_S = 0.12


@pytest.mark.parametrize("name", NAMES)
def test_a_film_of_the_gallery(stack: Stack, name: str) -> None:
    before = family_seconds(stack.pid)

    told = stack.mill("gallery", str(ROOT / "examples"), "--only", name, "--out", str(OUT), "--fresh", "--json")

    film = json.loads(told.stdout)["films"][0]
    cpu_s = family_seconds(stack.pid) - before
    figures = {"seconds": film["duration_s"], "took_s": film["took_s"], "cpu_s_per_s": cpu_s / film["duration_s"]}
    heard = heard_in(stack, OUT / film["film"])
    said, understood = letters(" ".join(film["narration"])), letters(heard["text"])
    late = late_s((OUT / film["captions"]).read_text(), [(word["start_s"], word["text"]) for word in heard["words"]])
    figures |= {"words": len(said), "word_error": errors(said, understood) / len(said)}
    figures |= {"cue_p50_s": sorted(late)[len(late) // 2], "cues_close": sum(s <= CLOSE_S for s in late) / len(late)}
    rounded = {key: round(value, 3) for key, value in figures.items()}
    sys.stdout.write(json.dumps({"bench": "gallery", "film": name, **rounded}) + "\n")


def heard_in(stack: Stack, film: Path) -> dict[str, Any]:
    """Have a film's own sound written down."""
    with stack.client() as client:
        kept = client.post("/v1/assets", content=film.read_bytes(), headers={"Content-Type": "video/mp4"}).json()
    heard = stack.ended(stack.submit("audio.transcribe", {"audio": kept["id"]})["id"], 300)
    if heard["state"] != "succeeded":
        raise RuntimeError(heard["error"])
    return dict(heard["output"])
