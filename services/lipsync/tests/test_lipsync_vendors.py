"""What vendors are asked, which of their models serves, and what becomes of their films."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mediamill import clock
from mediamill.errors import BadMedia, ProviderDown
from mediamill.queues.manifest import ModelManifest
from mediamill.queues.registry import registry
from mediamill_av.probe import probe
from mediamill_av.record import Reel, record
from mediamill_media.lipsync.contract import Talk
from mediamill_media.lipsync.providers import fal, replicate
from mediamill_media.lipsync.providers.bought import Wanted
from mediamill_media.lipsync.providers.choosing import chosen, takes_films
from mediamill_media.lipsync.providers.refit import as_mp3, refit
from mediamill_media.lipsync.speech.heard import decode

FACE, SPEECH = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77", "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e78"


def entry(provider: str, model: str) -> ModelManifest:
    return ModelManifest(provider=provider, model=model, price="0.05", source="here")


@pytest.fixture
def wanted(tmp_path: Path, troupe: Any) -> Wanted:
    for name, content in (("face.png", troupe.drawn(96)), ("speech.mp3", b"ID3")):
        (tmp_path / name).write_bytes(content)
    ask = Talk(portrait=FACE, speech=SPEECH, speaker="Kim", phonemes=troupe.speech(1).phonemes)
    return Wanted(tmp_path / "face.png", tmp_path / "speech.mp3", 2.5, ask, tmp_path / "face.png")


def test_each_model_is_asked_in_its_own_words(wanted: Wanted) -> None:
    of_pictures, of_films = entry("replicate", "veed/fabric-1.0"), entry("replicate", "sync/lipsync-2")

    assert set(replicate.Hosted(of_pictures).input_of(wanted)) == {"image", "audio", "resolution"}
    assert set(replicate.Hosted(of_films).input_of(wanted)) == {"video", "audio", "sync_mode"}
    assert set(fal.Hosted(entry("fal", "veed/fabric-1.0")).input_of(wanted)) == {"image_url", "audio_url", "resolution"}
    assert set(fal.Hosted(entry("fal", "fal-ai/sync-lipsync/v2")).input_of(wanted)) == {
        "video_url",
        "audio_url",
        "sync_mode",
    }


def test_another_mediamill_is_asked_in_the_words_of_our_contract(wanted: Wanted) -> None:
    asked = replicate.Hosted(entry("replicate", "mediamill/lipsync-talk")).input_of(wanted)

    own = {**asked, "portrait": FACE, "speech": SPEECH}
    assert asked["portrait"].startswith("data:image/png;base64,")
    assert Talk(**own) == wanted.ask


def test_a_prediction_costs_its_seconds(wanted: Wanted) -> None:
    assert float(replicate.Hosted(entry("replicate", "veed/fabric-1.0")).price(wanted)) == 0.125


@pytest.mark.parametrize("provider", ["replicate", "fal"])
@pytest.mark.parametrize("wants_film", [True, False])
def test_a_film_goes_to_a_model_of_films_and_a_picture_to_one_of_pictures(provider: str, wants_film: bool) -> None:
    assert takes_films(chosen(provider, wants_film=wants_film).model) == wants_film


def test_every_model_of_the_manifest_has_its_words() -> None:
    models = registry().kind("lipsync.talk").manifest.models

    assert {takes_films(model.model) for model in models if model.provider == "fal"} == {True, False}
    assert all(model.price > 0 and model.source.startswith("https://") for model in models)


def test_a_provider_whose_models_have_ended_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = registry().kind("lipsync.talk").manifest.models
    for model in ended:
        assert model.sunset is None
    monkeypatch.setattr(clock, "now", lambda: datetime(2999, 1, 1, tzinfo=UTC))

    assert chosen("fal", wants_film=True).model == "fal-ai/sync-lipsync/v2"
    with pytest.raises(ProviderDown, match="No model of openai"):
        chosen("openai", wants_film=False)


def counting(path: Path, reel: Reel) -> Path:
    """Film frames that tell their number by their brightness."""
    width, height = reel.size
    planes = (
        np.concatenate([np.full(width * height, 30 + 4 * n, np.uint8), np.full(width * height // 2, 128, np.uint8)])
        for n in range(reel.frames)
    )
    record(reel, planes, path)
    return path


@pytest.fixture
def raw(tmp_path: Path, troupe: Any) -> Path:
    (tmp_path / "speech.wav").write_bytes(troupe.speech(3).wav)
    return decode(tmp_path / "speech.wav", tmp_path / "speech.f32").raw


def test_a_vendor_s_film_gets_our_size_our_rate_our_length_and_the_speech_itself(tmp_path: Path, raw: Path) -> None:
    theirs, target = counting(tmp_path / "theirs.mp4", Reel((160, 120), 25, 40)), tmp_path / "ours.mp4"

    refit(theirs, raw, Reel((96, 96), 10, 16), target, lambda _: None)

    found = probe(target)
    assert found.video is not None
    assert found.audio is not None
    assert (found.video.frames, found.video.width, found.audio.sample_rate) == (16, 96, 48_000)
    with av.open(str(target)) as container:
        shown = [frame.to_ndarray()[:96].mean() for frame in container.decode(video=0)]
    assert np.all(np.diff(shown) > 5)
    assert decode(target, tmp_path / "heard.f32").seconds == pytest.approx(1.6, abs=0.03)


def test_its_last_frame_is_held_for_a_moment_and_what_lacks_more_is_refused(tmp_path: Path, raw: Path) -> None:
    theirs = counting(tmp_path / "theirs.mp4", Reel((96, 96), 10, 10))

    refit(theirs, raw, Reel((96, 96), 10, 16), tmp_path / "held.mp4", lambda _: None)

    assert probe(tmp_path / "held.mp4").video is not None
    with pytest.raises(BadMedia, match="20 frames came out instead of 25"):
        refit(theirs, raw, Reel((96, 96), 10, 25), tmp_path / "short.mp4", lambda _: None)


def test_a_speech_is_sent_as_an_mp3_of_its_length(tmp_path: Path, raw: Path) -> None:
    sent = as_mp3(raw, tmp_path / "speech.mp3")

    found = probe(sent).audio
    assert found is not None
    assert found.codec.startswith("mp3")
    assert decode(sent, tmp_path / "again.f32").seconds == pytest.approx(
        decode(raw.with_name("speech.wav"), raw).seconds, abs=0.06
    )
