from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from mediamill.contracts import Answer, Ask
from mediamill_media.audio import contract
from mediamill_media.audio.contract import Mix, Music, Speech

SOUND = "018f0000-0000-7000-8000-000000000001"


def track(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "asset": SOUND, **more}


def refusal(model: type[Ask], raw: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(raw)
    return str(refused.value)


def test_an_unknown_voice_is_refused_with_the_names_of_those_there_are() -> None:
    message = refusal(Speech, {"text": "hello", "voice": "darth"})

    assert "voice" in message
    assert all(name in message for name in ("heart", "bright", "warm", "narrator", "deep", "child"))


def test_an_unknown_mood_is_refused_with_the_names_of_those_there_are() -> None:
    message = refusal(Music, {"mood": "angry"})

    assert all(name in message for name in ("calm", "adventure", "mystery", "happy", "science"))


@pytest.mark.parametrize("text", ["", "   ", "?! … —"])
def test_a_text_without_words_is_refused(text: str) -> None:
    assert "text" in refusal(Speech, {"text": text})


def test_a_word_that_no_voice_can_read_is_refused() -> None:
    assert "has 200 characters" in refusal(Speech, {"text": "a " + "x" * 200})


def test_a_duck_under_a_missing_track_is_refused_with_its_path() -> None:
    message = refusal(Mix, {"tracks": [track("voice"), track("music", duck={"under": "vioce"})]})

    assert "tracks.1.duck.under" in message
    assert "['music', 'voice']" in message


def test_tracks_that_duck_under_each_other_are_refused_with_the_circle() -> None:
    tracks = [track("a", duck={"under": "b"}), track("b", duck={"under": "c"}), track("c", duck={"under": "a"})]

    message = refusal(Mix, {"tracks": tracks})

    assert "tracks.0.duck.under" in message
    assert "a → b → c → a" in message


def test_a_track_that_ducks_under_itself_is_refused() -> None:
    assert "a → a" in refusal(Mix, {"tracks": [track("a", duck={"under": "a"})]})


def test_a_name_given_twice_is_refused_with_its_path() -> None:
    assert "tracks.1.name" in refusal(Mix, {"tracks": [track("a"), track("a")]})


def test_a_mix_of_loops_needs_a_length() -> None:
    assert "seconds" in refusal(Mix, {"tracks": [track("a", loop=True)]})


def test_a_track_that_begins_after_the_end_is_refused_with_its_path() -> None:
    assert "tracks.0.start_s" in refusal(Mix, {"tracks": [track("a", start_s=9)], "seconds": 5})


@pytest.mark.parametrize("gain", [float("nan"), float("inf"), 25, -61])
def test_a_gain_out_of_bounds_is_refused(gain: float) -> None:
    assert "gain_db" in refusal(Mix, {"tracks": [track("a", gain_db=gain)]})


@pytest.mark.parametrize("model", [Speech, Music, Mix])
def test_the_examples_are_valid(model: type[Ask]) -> None:
    examples = model.model_json_schema()["examples"]

    assert [model.model_validate(example) for example in examples]


def test_the_manifest_names_contracts_that_exist() -> None:
    manifest = tomllib.loads(files("mediamill_media.audio").joinpath("queue.toml").read_text())

    kinds = manifest["kinds"].values()

    assert all(issubclass(getattr(contract, kind["contract"].partition(":")[2]), Ask) for kind in kinds)
    assert all(issubclass(getattr(contract, kind["answer"].partition(":")[2]), Answer) for kind in kinds)


def test_the_contract_can_be_imported_where_nothing_heavy_is_installed() -> None:
    heavy = {"numpy", "onnxruntime", "hibari"}
    code = f"import sys, mediamill_media.audio.contract; print(sorted({heavy} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
