"""How a job is told of, from what is known of it and its children."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from mediamill.errors import NotFound
from mediamill.jobs.states import State
from mediamill_products.caller import Children, Failed, Glimpse, Stage
from mediamill_products.storymaker.stages import tell

JOB = uuid4()
IMAGE, FILM = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77", "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e78"


def glimpse(kind: str, state: State, **facts: Any) -> Glimpse:
    known = {"has_begun": state is not State.QUEUED, "input": None, "output": None, "error": None, "stage": None}
    return Glimpse(kind=kind, state=state, **{**known, "children": {}, **facts})


def told(kind: str, state: State, **facts: Any) -> dict[str, Any]:
    return tell(JOB, glimpse(kind, state, **facts)).model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("kind", "child", "saying"),
    [
        ("flow.story_clips", "video.generate", "Generating video 2/5..."),
        ("flow.story_scenes", "image.generate", "Generating image 2/5..."),
        ("flow.story_cast", "image.character", "Generating character 2/5..."),
    ],
)
def test_a_job_says_which_of_how_many_is_being_made(kind: str, child: str, saying: str) -> None:
    stage = Stage(0, 5, "whatever the journal says")

    shown = told(kind, State.WAITING, stage=stage, children={child: Children(1, 5), "other.kind": Children(9, 9)})

    assert shown == {
        "job_id": str(JOB),
        "state": "PROGRESS",
        "status": saying,
        "progress": {"current": 2, "total": 5},
    }


def test_a_job_in_line_knows_how_much_was_asked_for() -> None:
    shown = told("flow.story_clips", State.QUEUED, input={"scenes": [{}, {}, {}]})

    assert shown["state"] == "pending"
    assert shown["status"] == "Waiting in line..."
    assert shown["progress"] == {"current": 0, "total": 3}


def test_a_job_that_is_in_line_again_when_its_children_have_ended_goes_neither_back_nor_beyond() -> None:
    stage, children = Stage(0, 3, None), {"video.generate": Children(3, 3)}

    shown = told("flow.story_clips", State.QUEUED, has_begun=True, stage=stage, children=children)

    assert (shown["state"], shown["status"]) == ("PROGRESS", "Generating video 3/3...")
    assert shown["progress"] == {"current": 3, "total": 3}


@pytest.mark.parametrize(
    ("children", "saying", "current"),
    [
        ({}, "Recording narration 1/5...", 1),
        ({"audio.speech": Children(1, 4)}, "Recording narration 2/4...", 2),
        ({"audio.speech": Children(4, 4)}, "Creating final video...", 5),
        ({"audio.speech": Children(4, 4), "merge.timeline": Children(0, 1)}, "Creating final video...", 5),
    ],
)
def test_a_film_is_read_aloud_then_cut(children: dict[str, Children], saying: str, current: int) -> None:
    shown = told("flow.story", State.WAITING, stage=Stage(0, 5, None), children=children)

    assert shown["status"] == saying
    assert shown["progress"] == {"current": current, "total": 5}


def test_a_film_without_a_word_says_that_it_is_cut() -> None:
    shown = told("flow.story", State.WAITING, stage=Stage(2, 3, None), children={"audio.music": Children(0, 1)})

    assert shown["status"] == "Creating final video..."


def test_a_job_that_failed_tells_why_and_a_canceled_one_that_it_was() -> None:
    why = Failed("child-failed", "The third clip did not succeed.")

    failed = told("flow.story_clips", State.FAILED, error=why, stage=Stage(0, 3, None))
    canceled = told("flow.story_clips", State.CANCELED, stage=Stage(0, 3, None))

    assert (failed["state"], failed["status"], failed["error"]) == ("failed", "Failed", why.message)
    assert (canceled["state"], canceled["error"]) == ("failed", "It was canceled.")


def test_a_job_that_is_completed_gives_its_result_with_urls() -> None:
    output = {
        "scenes": [{"scene_number": 7, "clip": IMAGE, "seconds": 4.0}],
        "assets": [{"id": IMAGE, "role": "clip", "url": "http://here/clip"}],
    }

    shown = told("flow.story_clips", State.SUCCEEDED, stage=Stage(0, 1, None), output=output)

    assert (shown["state"], shown["progress"]) == ("completed", {"current": 1, "total": 1})
    (scene,) = shown["result"]["scenes"]
    assert scene == {"scene_number": 7, "video_id": IMAGE, "video_url": "http://here/clip", "seconds": 4.0}


def test_the_result_of_a_film_names_its_files_by_their_roles() -> None:
    assets = [{"id": FILM, "role": "film", "url": "http://here/film"}, {"id": IMAGE, "role": "poster", "url": "p"}]
    output = {"title": "Luna", "duration_s": 8.5, "lufs": -16.0, "scenes": [], "assets": assets}

    result = told("flow.story", State.SUCCEEDED, output=output)["result"]

    assert (result["video_url"], result["poster_url"], result["captions_url"]) == ("http://here/film", "p", None)
    assert result["duration"] == 8.5


def test_a_job_of_another_product_is_not_found() -> None:
    with pytest.raises(NotFound):
        tell(JOB, glimpse("flow.film", State.RUNNING))
