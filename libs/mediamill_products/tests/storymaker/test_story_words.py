"""Who is seen, what is said, how long it takes, and which asset a page means: all without a mill."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mediamill_products.filming.cut import AGAIN_S, HELD_S, plays
from mediamill_products.references import id_of, with_ids
from mediamill_products.storymaker.contract import ClipAsked, Known, Person, SceneAsked, StoryScript
from mediamill_products.storymaker.looks import MOST_REFERENCES, look, prompt_of, references_of
from mediamill_products.storymaker.telling import SHORTEST_S, SILENT_S, brief_of, cast_of, clip_seconds

ASSET = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77"
LUNA = Known(name="Luna", description="A little silver robot with a red scarf.", references=(ASSET,))
PIP = Known(name="Pip", description="a brown owl", references=(ASSET,))


def scene(prompt: str, *names: str) -> SceneAsked:
    return SceneAsked(scene_number=1, prompt=prompt, characters=names)


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        (scene("in the forest", "pip"), [PIP]),
        (scene("Luna and Pip by the sea"), [LUNA, PIP]),
        (scene("a brown owl by the sea"), [PIP]),
        (scene("Lunar dust and a pipe"), [LUNA]),
        (scene("an empty street"), [LUNA]),
    ],
)
def test_a_scene_shows_whom_it_lists_or_names_or_else_the_first(asked: SceneAsked, seen: list[Known]) -> None:
    assert references_of(asked, [LUNA, PIP]) == seen


def test_a_scene_refers_to_no_more_pictures_than_it_may() -> None:
    crowd = [Known(name=f"Pal {number}", references=(ASSET,) * 3) for number in range(4)]

    seen = references_of(scene("all of them", *[known.name for known in crowd]), crowd)

    assert sum(len(known.references) for known in seen) <= MOST_REFERENCES
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("a little silver robot holding a lantern and Pip", "Luna holding a lantern and Pip"),
        ("A Little Silver Robot and a brown owl", "Luna and Pip"),
        ("Luna with Pip", "Luna with Pip"),
        ("a dark forest", "Luna and Pip, a dark forest"),
        ("Luna meets a brown owlet", "Pip, Luna meets a brown owlet"),
    ],
)
def test_a_character_is_named_where_its_look_stands_so_that_it_is_drawn_once(prompt: str, named: str) -> None:
    assert prompt_of(scene(prompt), [LUNA, PIP]) == named


def test_a_style_without_a_name_is_described_in_the_prompt() -> None:
    assert look("Paper Cut") == ("paper-cut", "")
    assert look("Studio Ghibli") == ("storybook", ", in the style of Studio Ghibli")


def test_a_brief_lists_its_characters_apart_from_what_is_told() -> None:
    people = (Person(name="Luna", description="a robot\nwith a scarf"),)

    short = brief_of(StoryScript(idea="Luna learns to share.", characters=people))
    long = brief_of(StoryScript(idea="One night a robot shares its lantern with an owl", characters=people))

    assert short == "# Luna learns to share\n\n## Characters\n\n- Luna: a robot with a scarf"
    assert long.startswith("One night a robot shares its lantern with an owl.\n\n## Characters")
    assert brief_of(StoryScript(idea=" as it is ")) == "as it is"


def test_the_story_is_about_those_who_were_given_or_else_the_first() -> None:
    luna, pip = (Person(name=name, description="somebody") for name in ("Luna", "Pip"))

    assert cast_of([luna], [Person(name="LUNA", description="another"), pip]) == ((luna,), (pip,))
    assert cast_of([], [luna, pip]) == ((luna,), (pip,))
    assert cast_of([], []) == ((), ())


def test_a_clip_is_as_long_as_asked_for_or_as_its_words_take() -> None:
    asked = ClipAsked(scene_number=1, image=ASSET, narration="One two three four five six seven eight nine ten.")

    assert clip_seconds(asked.model_copy(update={"seconds": 2.5}), opens=True) == 2.5
    assert clip_seconds(asked.model_copy(update={"narration": "  "}), opens=False) == SILENT_S
    assert SHORTEST_S < clip_seconds(asked, opens=False) < clip_seconds(asked, opens=True) < 10


@pytest.mark.parametrize(
    "reference",
    [
        ASSET,
        f"/v1/assets/{ASSET}",
        f"http://127.0.0.1:8080/v1/assets/{ASSET}/content?expires=1&signature=ab",
    ],
)
def test_an_asset_is_meant_by_its_id_or_its_url(reference: str) -> None:
    assert id_of(reference) == ASSET
    assert with_ids({"clips": [reference, "no asset", 7]}) == {"clips": [ASSET, "no asset", 7]}


@pytest.mark.parametrize("text", ["https://elsewhere.example/cat.png", f"{ASSET}.png", f"see /v1/assets/{ASSET}", ""])
def test_another_text_means_no_asset(text: str) -> None:
    assert id_of(text) is None


def test_a_clip_plays_again_where_it_lacks_more_than_its_last_frame_may_stand() -> None:
    assert plays(5.0, 5.0 + HELD_S, 30) == [(0.0, 5.0 + HELD_S)]

    again = plays(4.0, 10.0, 30)

    assert [at for at, _ in again] == [0.0, 3.6, 7.2]
    assert again[-1][0] + again[-1][1] == pytest.approx(10.0)
    for (at, length), (after, _) in pairwise(again):
        assert at + length - after == pytest.approx(AGAIN_S)
        assert length <= 4.0 + 1e-9


def test_a_clip_that_is_too_short_to_be_faded_into_itself_stands_still() -> None:
    assert plays(1.0, 10.0, 30) == [(0.0, 10.0)]
