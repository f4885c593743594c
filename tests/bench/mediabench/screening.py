"""How well the last look tells films with defects from films without: so many seeded defects, and as many good films.

``python -m mediabench.screening 200``; a line of JSON for each mistake, and one for the whole.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from mediamill.errors import OutputRejected
from mediamill_av.gate.judging import judge
from mediamill_testing.screening.defects import DEFECTS, defects_of
from mediamill_testing.screening.films import Screened, Studio

PER_FILM = 13


def main() -> None:
    """Make films, good ones and with defects, and judge them all."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    tally: Counter[str] = Counter()
    spent = Counter({"judging": 0.0, "rendering": 0.0})
    with tempfile.TemporaryDirectory(prefix="screening-") as name:
        studio = Studio(Path(name))
        stories = -(-wanted // PER_FILM)
        for seed in range(stories):
            if (film := _good(studio, seed, tally, story=True)) is not None:
                _seed_defects(film, seed, wanted, Path(name), tally, spent)
        for seed in range(wanted - stories):
            _good(studio, 1000 + seed, tally, story=False)
    facts = {
        "bench": "the last look at films",
        "defects": tally["defects"],
        "recall": round(tally["caught"] / max(1, tally["defects"]), 4),
        "good_films": tally["good"],
        "false_alarms": round(tally["false"] / max(1, tally["good"]), 4),
        "cpu_s_a_look": round(spent["judging"] / max(1, tally["defects"]), 3),
    }
    sys.stdout.write(json.dumps(facts) + "\n")


def _good(studio: Studio, seed: int, tally: Counter[str], *, story: bool) -> Screened | None:
    tally["good"] += 1
    try:
        return studio.film(seed, story=story)
    except OutputRejected as error:
        tally["false"] += 1
        told = {"false alarm": seed, "story": story, "told": error.detail}
        sys.stdout.write(json.dumps(told) + "\n")
        return None


def _seed_defects(
    film: Screened, seed: int, wanted: int, folder: Path, tally: Counter[str], spent: Counter[str]
) -> None:
    for name in defects_of(film):
        if tally["defects"] >= wanted:
            return
        output = folder / "defect.mp4"
        DEFECTS[name](film, random.Random(f"{name} {seed}"), output)
        tally["defects"] += 1
        began = time.process_time()
        try:
            judge(output, film.wanted)
        except OutputRejected:
            tally["caught"] += 1
        else:
            sys.stdout.write(json.dumps({"missed": name, "seed": seed}) + "\n")
        spent["judging"] += time.process_time() - began


if __name__ == "__main__":
    main()
