"""How long everything of a campaign stands, and what it shows: by calculation alone."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediamill.timeline import Box
from mediamill_media.audio import contract as audio
from mediamill_products.adcraft.contract import Format, Music, Speaker
from mediamill_products.adcraft.cut import badge_box
from mediamill_products.adcraft.pace import (
    CROSSFADE_S,
    END_MOST_S,
    END_TAIL_S,
    FASTEST,
    OPENING_S,
    Lengths,
    boards,
    speed_for,
)
from mediamill_products.adcraft.plan import LEAST_SCENE_S, pictures_in, scenes_for, size_of

SHAPES: tuple[Format, ...] = get_args(Format)
said = st.floats(0.4, 12)
lengths = st.builds(Lengths, st.lists(said, min_size=1, max_size=5), st.lists(said, max_size=6), said)


@given(lengths, st.floats(6, 90), st.sampled_from([12, 24, 25, 30, 60]))
def test_everything_is_said_in_its_shot_and_shots_meet_in_their_cross_fades(
    given: Lengths, seconds: float, fps: int
) -> None:
    for board, hook in zip(boards(given, seconds, fps), given.hooks, strict=True):
        shots = [*board.shots, board.end]
        for shot, speech in zip(shots, [hook, *given.scenes, given.call], strict=True):
            assert shot.start_s <= shot.speech_at_s
            assert shot.speech_at_s + speech <= shot.end_s
            assert shot.start_s * fps == pytest.approx(round(shot.start_s * fps), abs=1e-3)
            assert shot.length_s * fps == pytest.approx(round(shot.length_s * fps), abs=1e-3)
        for before, after in pairwise(shots):
            assert before.end_s - after.start_s == pytest.approx(CROSSFADE_S, abs=1 / fps)
        assert board.end.speech_at_s + given.call + END_TAIL_S <= board.length_s + 1 / fps
        assert shots[0].speech_at_s == OPENING_S


@given(lengths, st.floats(6, 90))
def test_shared_scenes_are_as_long_in_every_variant(given: Lengths, seconds: float) -> None:
    made = boards(given, seconds, 30)

    assert len({tuple(shot.length_s for shot in board.shots[1:]) for board in made}) == 1


@given(st.floats(10, 60), st.integers(2, 8))
def test_a_film_is_as_long_as_asked_for_where_its_words_leave_room(seconds: float, scenes: int) -> None:
    each = (seconds - 4) / scenes - 1
    given = Lengths([max(0.5, each), max(0.5, each - 1)], [max(0.5, each)] * (scenes - 1), 1.5)

    made = boards(given, seconds, 30)

    if each > 0.5:
        assert all(abs(board.length_s - seconds) < 0.2 for board in made)
    assert all(board.end.length_s <= END_MOST_S + 0.05 for board in made)


def test_a_voice_reads_faster_for_many_words_but_never_hurries() -> None:
    assert speed_for(10, 30) == 1.0
    assert 1.0 < speed_for(36, 12) < FASTEST
    assert speed_for(200, 12) == FASTEST


@given(st.floats(6, 90), st.integers(0, 8))
def test_scenes_are_long_enough_for_their_words_and_every_picture_has_one_if_it_can(
    seconds: float, pictures: int
) -> None:
    scenes = scenes_for(seconds, pictures)

    shown = pictures_in(scenes, pictures)
    assert scenes == 1 or (seconds - 3) / scenes >= LEAST_SCENE_S
    assert len(shown) == scenes
    assert {number for number in shown if number is not None} == set(range(min(pictures, scenes)))
    assert pictures == 0 or shown[-1] is not None


@pytest.mark.parametrize(
    ("scenes", "pictures", "shown"),
    [
        (3, 0, (None, None, None)),
        (3, 1, (None, 0, 0)),
        (4, 2, (None, 0, None, 1)),
        (5, 4, (None, 0, 1, 2, 3)),
        (3, 3, (0, 1, 2)),
        (1, 2, (0,)),
    ],
)
def test_drawn_scenes_and_pictures_take_turns_and_films_begin_with_a_drawing_as_long_as_they_can(
    scenes: int, pictures: int, shown: tuple[int | None, ...]
) -> None:
    assert pictures_in(scenes, pictures) == shown


@pytest.mark.parametrize("resolution", [240, 360, 480, 720, 1080])
def test_frames_have_the_shape_that_their_format_says_and_even_sides(resolution: int) -> None:
    sizes = {shape: size_of(shape, resolution) for shape in SHAPES}

    assert all(side % 2 == 0 for size in sizes.values() for side in size)
    assert all(min(size) == resolution for size in sizes.values())
    assert sizes["16:9"] == sizes["9:16"][::-1]
    assert sizes["16:9"][0] / sizes["16:9"][1] == pytest.approx(16 / 9, abs=0.01)


@given(st.sampled_from(SHAPES), st.sampled_from([240, 720, 1080]), st.floats(1, 4))
def test_the_badge_lies_in_the_upper_right_corner_of_every_frame(shape: Format, resolution: int, aspect: float) -> None:
    box = Box.model_validate(badge_box(size_of(shape, resolution), aspect))

    assert box.x + box.width > 0.95
    assert box.y + box.height < 0.2
    assert box.width <= 0.5


def test_who_reads_and_what_plays_is_what_the_audio_queue_knows() -> None:
    assert set(get_args(Speaker)) == set(get_args(audio.Voice))
    assert set(get_args(Music)) == {"auto", "off", *get_args(audio.Mood)}
