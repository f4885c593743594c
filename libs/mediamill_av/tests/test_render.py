from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediamill.errors import BadMedia, Permanent
from mediamill.timeline import Timeline, assets_of
from mediamill_av.assemble import sources_of
from mediamill_av.house import video_arguments
from mediamill_av.loudness import measure
from mediamill_av.plan import plan
from mediamill_av.probe import probe
from mediamill_av.render import Film, render

NAMES = ("counting.mp4", "red.mp4", "blue.mp4", "small.webm", "still.png", "tone.wav", "noise.mp3", "voice.wav")
IDS = {name: f"0190a5c8-7c1e-7000-8000-{number:012d}" for number, name in enumerate(NAMES)}


def made(media: Path, folder: Path, *tracks: dict[str, Any], lufs: float | None = -16.0, **more: Any) -> Film:
    declared = {"size": [320, 180], "fps": 30, "tracks": list(tracks), "output": {"quality": "draft"}, **more}
    timeline = Timeline.model_validate(declared)
    files = {asset: media / name for name, asset in IDS.items()}
    sources = sources_of(timeline, {asset: files[asset] for asset in assets_of(timeline)})
    return render(plan(timeline, sources, lufs), folder)


def track(type_: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": type_, "items": list(items), **more}


def item(name: str, start: float = 0.0, lead: float = 0.0, how: str = "fade", **more: Any) -> dict[str, Any]:
    transition = {"transition_in": {"type": how, "seconds": lead}} if lead else {}
    return {"asset": IDS[name], "start_s": start, **transition, **more}


def test_every_frame_of_a_trimmed_clip_is_the_right_one(media: Path, tmp_path: Path, look: Any) -> None:
    film = made(
        media,
        tmp_path,
        track("video", item("counting.mp4", 0, in_s=0.5, out_s=2.5), item("red.mp4", 2)),
        track("text", {"text": ".", "start_s": 0, "out_s": 0.1}),
    )

    seen = look.luma(film.path)
    assert (len(seen), film.frames) == (120, 120)
    assert np.abs(seen[5:60] - (20 + 2 * np.arange(20, 75))).max() < 1.5
    assert np.allclose(np.diff(look.times(film.path)), 1 / 30, atol=1e-4)


def test_copied_and_made_frames_meet_without_a_seam(media: Path, tmp_path: Path, look: Any) -> None:
    film = made(
        media,
        tmp_path,
        track("video", item("counting.mp4"), item("red.mp4", 2.5, 0.5)),
        output={"quality": "final"},
    )

    seen = look.luma(film.path)
    assert film.frames_copied == 60 + 30
    assert np.abs(seen[:75] - (20 + 2 * np.arange(75))).max() < 1.5
    assert np.allclose(np.diff(look.times(film.path)), 1 / 30, atol=1e-4)


def test_frames_that_do_not_fit_those_made_are_made_again(media: Path, tmp_path: Path, look: Any) -> None:
    film = made(
        media, tmp_path, track("video", item("counting.mp4"), item("red.mp4", 2.5, 0.5)), output={"quality": "best"}
    )

    assert film.frames_copied == 0
    assert len(look.luma(film.path)) == 135


def test_a_crossfade_goes_evenly_from_one_colour_to_the_other(media: Path, tmp_path: Path, look: Any) -> None:
    film = made(media, tmp_path, track("video", item("red.mp4"), item("blue.mp4", 1, 1)))

    seen = look.colours(film.path)
    red, blue = seen[5], seen[-5]
    assert np.abs(red - (0xC0, 0x30, 0x20)).max() < 6
    assert np.abs(blue - (0x20, 0x40, 0xC0)).max() < 6
    for share in (0.25, 0.5, 0.75):
        assert np.abs(seen[30 + round(share * 30)] - (red + share * (blue - red))).max() < 8


@pytest.mark.parametrize("how", ["wipe", "slide", "dissolve"])
def test_other_transitions_also_end_with_the_next_clip(media: Path, tmp_path: Path, how: str, look: Any) -> None:
    film = made(media, tmp_path, track("video", item("red.mp4"), item("blue.mp4", 2, 0.5, how)))

    seen = look.colours(film.path)
    assert len(seen) == 120
    assert np.abs(seen[67] - (seen[5] + seen[-5]) / 2).max() < 40
    assert np.abs(seen[75] - seen[-5]).max() < 6


def test_a_picture_over_a_clip_hides_it_only_where_it_is(media: Path, tmp_path: Path, look: Any) -> None:
    film = made(
        media,
        tmp_path,
        track("video", item("red.mp4")),
        track("image", item("still.png", 0.5, out_s=1, fit="contain", fade_in_s=0.2)),
    )

    seen = look.colours(film.path)
    assert np.abs(seen[5] - seen[50]).max() < 3
    assert np.abs(seen[30] - seen[5]).max() > 20


def test_a_still_moves_without_a_jump(media: Path, tmp_path: Path, look: Any) -> None:
    film = made(media, tmp_path, track("image", item("still.png", out_s=2, motion="pan_right")))

    seen = look.luma(film.path)
    assert len(seen) == 60
    assert np.abs(np.diff(seen)).max() < 2


def test_a_film_of_several_sources_is_level_synchronous_and_fast_to_start(
    media: Path, tmp_path: Path, look: Any
) -> None:
    film = made(
        media,
        tmp_path,
        track("video", item("small.webm"), item("still.png", 1.5, 0.5, out_s=2), item("red.mp4", 3.5)),
        track("text", {"text": "A Title", "start_s": 0.2, "out_s": 1.5}),
        track("captions", {"text": "some words to read", "start_s": 1.7, "out_s": 1.5}),
        track("audio", item("voice.wav"), name="voice"),
        track("audio", item("noise.mp3", loop=True, gain_db=-8, duck={"under": "voice"})),
    )

    found = probe(film.path)
    level = measure(film.path)
    assert found.video is not None
    assert (found.video.frames, film.frames) == (165, 165)
    assert abs((found.duration_s or 0) - 5.5) <= 1 / 30 + 1024 / 48_000
    assert (found.video.codec, found.audio and found.audio.codec) == ("h264", "aac")
    assert abs(level.lufs + 16) <= 0.5
    assert level.peak_db <= -1
    assert film.lufs == level.lufs
    order = look.atoms(film.path)
    assert order.index("moov") < order.index("mdat")


def test_music_goes_down_under_the_voice_by_what_was_asked(media: Path, tmp_path: Path, look: Any, bench: Any) -> None:
    # The voice is one low tone, so what is above it is the music.
    film = made(
        media,
        tmp_path,
        track("audio", item("voice.wav"), name="voice"),
        track("audio", item("noise.mp3", loop=True, gain_db=-10, duck={"under": "voice", "by_db": 10})),
        lufs=None,
        output={"format": "wav"},
    )

    heard = look.sound(film.path)
    clean = tmp_path / "clean.wav"
    bench.make(clean, "-i", str(film.path), "-af", "highpass=f=2000:p=2,highpass=f=2000:p=2", "-f", "wav")
    music = look.sound(clean)
    before, under, after = (look.rms_db(music, *span) for span in ((0.5, 1.7), (2.3, 3.8), (5.2, 5.9)))
    assert look.rms_db(heard, 2.3, 3.8) > look.rms_db(heard, 0.5, 1.7)
    assert abs(before - under - 10) < 1.5
    assert abs(before - after) < 1.5


def test_flash_and_beep_stay_together(media: Path, tmp_path: Path, look: Any, bench: Any) -> None:
    flash = "color=c=black:s=320x180:r=30,format=yuv420p,geq=lum='if(eq(mod(N,30),15),235,16)':cb=128:cr=128"
    beep = "aevalsrc='sin(2*PI*1000*t)*lt(mod(t+0.5,1),1/30)':s=48000"
    coding = ("-t", "2", *video_arguments(30), "-c:a", "aac", "-f", "mp4")
    clip = bench.make(tmp_path / "flash.mp4", *bench.lavfi(flash), *bench.lavfi(beep), *coding)
    first, second = "0190a5c8-7c1e-7000-8000-0000000000aa", "0190a5c8-7c1e-7000-8000-0000000000ab"
    timeline = Timeline.model_validate(
        {
            "size": [320, 180],
            "fps": 30,
            "tracks": [
                track("video", {"asset": first, "out_s": 2}, {"asset": second, "start_s": 2, "in_s": 0.2, "out_s": 2})
            ],
        }
    )

    film = render(plan(timeline, sources_of(timeline, {first: clip, second: clip}), None), tmp_path)

    flashes = np.flatnonzero(look.luma(film.path) > 100) / 30
    onsets = _onsets(np.abs(look.sound(film.path)) > 0.3)
    assert len(flashes) == len(onsets) == 4
    assert np.abs(flashes - onsets).max() < 0.02


def _onsets(loud: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    places = np.flatnonzero(loud)
    return places[np.insert(np.diff(places) > 4800, 0, True)] / 48_000


@pytest.mark.parametrize(
    ("name", "streams"), [("webm", ["vp9", "opus"]), ("gif", ["gif"]), ("mp3", ["mp3float"]), ("wav", ["pcm_s16le"])]
)
def test_a_film_comes_in_every_format(media: Path, tmp_path: Path, name: str, streams: list[str]) -> None:
    film = made(
        media,
        tmp_path,
        track("video", item("red.mp4", out_s=1)),
        track("audio", item("tone.wav", fade_out_s=0.2)),
        output={"format": name, "quality": "draft"},
    )

    found = probe(film.path)
    assert [stream.codec for stream in found.streams] == streams
    assert abs((found.duration_s or 0) - 1) < 0.1


def test_a_sound_alone_needs_a_sound(media: Path, tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="nothing in the timeline sounds"):
        made(media, tmp_path, track("video", item("red.mp4")), output={"format": "mp3"})


def test_a_clip_that_breaks_off_is_the_users_fault(media: Path, tmp_path: Path, bench: Any) -> None:
    whole = (media / "counting.mp4").read_bytes()
    moved = bench.make(
        tmp_path / "front.mp4", "-i", str(media / "counting.mp4"), "-c", "copy", "-movflags", "+faststart", "-f", "mp4"
    )
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(moved.read_bytes()[: len(whole) // 2])
    timeline = Timeline.model_validate({"size": [160, 90], "tracks": [track("video", item("red.mp4"))]})

    with pytest.raises(BadMedia, match=r"tracks\.0\.items\.0"):
        render(plan(timeline, sources_of(timeline, {IDS["red.mp4"]: broken}), None), tmp_path)
