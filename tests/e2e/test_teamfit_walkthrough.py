"""teamfit as its page shows it, on a whole stack: three activities, made of what the team wrote."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import mediamill_products.teamfit
from mediamill_testing.stacks import Stack
from mediamill_testing.walkthrough import walk

pytestmark = pytest.mark.xdist_group("stack")

README = Path(str(mediamill_products.teamfit.__file__)).with_name("README.md")


def test_the_walk_ends_in_three_activities_and_one_place_less(stack: Stack, tmp_path: Path) -> None:
    printed = walk(README, tmp_path, {"URL": stack.url, "KEY": stack.key})

    told = json.loads((tmp_path / "activities.json").read_text(encoding="utf-8"))
    written = re.sub(r"\W+", " ", (tmp_path / "retrospective.md").read_text(encoding="utf-8"))
    made = told["activities"]
    assert len({one["title"] for one in made}) == len({one["goal"] for one in made}) == 3
    assert {one["duration_minutes"] for one in made} == {40}
    for one in made:
        assert sum(step["minutes"] for step in one["steps"]) == 40
        assert one["debrief"]
        assert all(re.sub(r"\W+", " ", source["quote"]).strip() in written for source in one["sources"])
        assert one["sources"]
    quota = json.loads(printed[printed.rindex('{"plan"') :])
    assert (quota["used"], quota["pending"], quota["left"]) == (1, 0, 2)
