"""The timeline of a film, out of what its scenes are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from mediamill_products.filming.reads import Speech
from mediamill_products.filming.storyboard import CROSSFADE_S, TITLE_S, Shot, shifted

MUSIC_DB = -9.0
DUCK_DB = 9.0
LOUDNESS_LUFS = -16.0
TITLE_AT_S = 0.3
TITLE_FADE_S = 0.4
END_FADE_S = 1.0


class Parts(NamedTuple):
    """What a film is made of, scene by scene."""

    title: str
    shots: Sequence[Shot]
    clips: Sequence[str]
    speeches: Sequence[Speech]
    music: str | None


def timeline(parts: Parts, size: tuple[int, int], fps: int, *, captions: bool) -> dict[str, Any]:
    """Declare the film, as ``merge.timeline`` takes it."""
    tracks = [_pictures(parts), _voice(parts), _title(parts)]
    if parts.music is not None:
        tracks.append(_music(parts.music, parts.shots[-1].end_s))
    if captions:
        tracks.append(_captions(parts))
    return {
        "size": size,
        "fps": fps,
        "tracks": tracks,
        "loudness_lufs": LOUDNESS_LUFS,
        "output": {"format": "mp4", "quality": "final", "faststart": True},
    }


def _pictures(parts: Parts) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    for index, (shot, clip) in enumerate(zip(parts.shots, parts.clips, strict=True)):
        item: dict[str, Any] = {"asset": clip, "start_s": shot.start_s, "in_s": 0, "out_s": shot.length_s}
        if index > 0:
            item["transition_in"] = {"type": "dissolve", "seconds": CROSSFADE_S}
        if index == len(parts.clips) - 1:
            item["fade_out_s"] = END_FADE_S
        items.append(item)
    return {"type": "video", "name": "pictures", "items": items}


def _voice(parts: Parts) -> dict[str, Any]:
    items = [
        {"asset": speech.id_of("speech"), "start_s": shot.speech_at_s}
        for shot, speech in zip(parts.shots, parts.speeches, strict=True)
    ]
    return {"type": "audio", "name": "voice", "items": items}


def _music(asset: str, seconds: float) -> dict[str, Any]:
    item = {
        "asset": asset,
        "start_s": 0,
        "in_s": 0,
        "out_s": round(seconds, 3),
        "gain_db": MUSIC_DB,
        "fade_in_s": 0.5,
        "fade_out_s": END_FADE_S,
        "duck": {"under": "voice", "by_db": DUCK_DB},
    }
    return {"type": "audio", "name": "music", "items": [item]}


def _title(parts: Parts) -> dict[str, Any]:
    item = {
        "text": parts.title,
        "style": "title",
        "start_s": TITLE_AT_S,
        "out_s": round(TITLE_S - TITLE_AT_S - 0.1, 3),
        "fade_in_s": TITLE_FADE_S,
        "fade_out_s": TITLE_FADE_S,
    }
    return {"type": "text", "name": "title", "items": [item]}


def _captions(parts: Parts) -> dict[str, Any]:
    items = []
    for shot, speech in zip(parts.shots, parts.speeches, strict=True):
        words = shifted(speech.words, shot.speech_at_s)
        items.append({"words": words, "start_s": words[0]["start_s"], "style": "caption"})
    return {"type": "captions", "name": "captions", "items": items}
