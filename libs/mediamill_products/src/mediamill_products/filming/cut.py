"""The timeline of a film, out of what its scenes are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from mediamill_products.filming.reads import Speech
from mediamill_products.filming.storyboard import CROSSFADE_S, TITLE_S, Shot, on_grid, shifted

Captions = Literal["burned", "soft", "off"]

MUSIC_DB = -9.0
DUCK_DB = 9.0
LOUDNESS_LUFS = -16.0
TITLE_AT_S = 0.3
TITLE_FADE_S = 0.4
END_FADE_S = 1.0
HELD_S = 1.5
"""For so long a clip's last frame may stand still; a clip that lacks more plays again."""
AGAIN_S = 0.4
"""The cross-fade between the end of a clip and its beginning."""


class Parts(NamedTuple):
    """What a film is made of, scene by scene."""

    title: str | None
    shots: Sequence[Shot]
    clips: Sequence[str]
    speeches: Sequence[Speech | None]
    """Nothing where a scene is silent."""
    music: str | None
    lasting: Sequence[float] = ()
    """How long each clip is, where they were not made for their shots."""


def timeline(parts: Parts, size: tuple[int, int], fps: int, *, captions: Captions) -> dict[str, Any]:
    """Declare the film, as ``merge.timeline`` takes it."""
    spoken = [(shot, speech) for shot, speech in zip(parts.shots, parts.speeches, strict=True) if speech is not None]
    tracks = [_pictures(parts, fps)]
    if spoken:
        tracks.append(voice(spoken))
    if parts.title is not None:
        tracks.append(_title(parts.title))
    if parts.music is not None:
        tracks.append(music(parts.music, parts.shots[-1].end_s, under_a_voice=bool(spoken)))
    if captions != "off" and spoken:
        tracks.append(captioned(spoken))
    film = declared(tracks, size, fps)
    return film if captions != "soft" else {**film, "output": {**film["output"], "captions": "soft"}}


def declared(tracks: list[dict[str, Any]], size: tuple[int, int], fps: int) -> dict[str, Any]:
    """Declare a film of these tracks, as loud as all are."""
    return {
        "size": size,
        "fps": fps,
        "tracks": tracks,
        "loudness_lufs": LOUDNESS_LUFS,
        "output": {"format": "mp4", "quality": "final", "faststart": True},
    }


def plays(lasts_s: float, length_s: float, fps: int) -> list[tuple[float, float]]:
    """Tell when in its shot a clip begins to play, and for how long: again where it lacks more than may stand still."""
    times: list[tuple[float, float]] = []
    at = 0.0
    while at + lasts_s + HELD_S < length_s and lasts_s > CROSSFADE_S + 2 * AGAIN_S:
        after = on_grid(at + lasts_s - AGAIN_S, fps)
        times.append((at, after + AGAIN_S - at))
        at = after
    return [*times, (at, length_s - at)]


def _pictures(parts: Parts, fps: int) -> dict[str, Any]:
    lasting = parts.lasting or [shot.length_s for shot in parts.shots]
    items: list[dict[str, Any]] = []
    for shot, clip, lasts_s in zip(parts.shots, parts.clips, lasting, strict=True):
        for at, length_s in plays(lasts_s, shot.length_s, fps):
            item = {"asset": clip, "start_s": round(shot.start_s + at, 6), "in_s": 0, "out_s": round(length_s, 6)}
            if items:
                item["transition_in"] = {"type": "dissolve", "seconds": AGAIN_S if at else CROSSFADE_S}
            items.append(item)
    items[-1]["fade_out_s"] = min(END_FADE_S, items[-1]["out_s"])
    return {"type": "video", "name": "pictures", "items": items}


def voice(spoken: Sequence[tuple[Shot, Speech]]) -> dict[str, Any]:
    """Give the track of what is said."""
    items = [{"asset": speech.id_of("speech"), "start_s": shot.speech_at_s} for shot, speech in spoken]
    return {"type": "audio", "name": "voice", "items": items}


def music(asset: str, seconds: float, *, under_a_voice: bool) -> dict[str, Any]:
    """Give the track of a music, which is quieter while a voice speaks."""
    item: dict[str, Any] = {
        "asset": asset,
        "start_s": 0,
        "in_s": 0,
        "out_s": round(seconds, 3),
        "gain_db": MUSIC_DB,
        "fade_in_s": 0.5,
        "fade_out_s": END_FADE_S,
    }
    if under_a_voice:
        item["duck"] = {"under": "voice", "by_db": DUCK_DB}
    return {"type": "audio", "name": "music", "items": [item]}


def _title(title: str) -> dict[str, Any]:
    item = {
        "text": title,
        "style": "title",
        "start_s": TITLE_AT_S,
        "out_s": round(TITLE_S - TITLE_AT_S - 0.1, 3),
        "fade_in_s": TITLE_FADE_S,
        "fade_out_s": TITLE_FADE_S,
    }
    return {"type": "text", "name": "title", "items": [item]}


def captioned(spoken: Sequence[tuple[Shot, Speech]]) -> dict[str, Any]:
    """Give the track of captions, word by word."""
    items = []
    for shot, speech in spoken:
        words = shifted(speech.words, shot.speech_at_s)
        items.append({"words": words, "start_s": words[0]["start_s"], "style": "caption"})
    return {"type": "captions", "name": "captions", "items": items}
