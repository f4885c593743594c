"""The timeline of one film of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from mediamill.handlers.context import Call
from mediamill_products.adcraft.contract import Campaign, Format
from mediamill_products.adcraft.pace import CROSSFADE_S, Board
from mediamill_products.adcraft.plan import size_of
from mediamill_products.filming.cut import DUCK_DB, LOUDNESS_LUFS, MUSIC_DB
from mediamill_products.filming.reads import Speech
from mediamill_products.filming.storyboard import shifted

_BADGE_SHARE, _MARGIN_SHARE = 0.1, 0.04
"""Height of the badge and its distance from the edges, over the frame's shorter side."""
_UPRIGHT_TOP = 0.06
"""Where the badge stands in upright frames, over their height: below what phones lay over it."""
_BADGE_OPACITY = 0.95
_MUSIC_FADE_S = 1.2


class Badge(NamedTuple):
    """The badge and its shape."""

    asset: str
    aspect: float


class Reel(NamedTuple):
    """What one film is made of."""

    board: Board
    clips: Sequence[str]
    end_card: str
    badge: Badge
    speeches: Sequence[Speech]
    call: Speech
    music: str | None


def film_wanted(ask: Campaign, reel: Reel, shape: Format) -> Call:
    """Ask for a film."""
    return Call("merge.timeline", {"timeline": timeline(ask, reel, shape)})


def timeline(ask: Campaign, reel: Reel, shape: Format) -> dict[str, Any]:
    """Declare a film, as ``merge.timeline`` takes it."""
    size = size_of(shape, ask.resolution)
    tracks = [_pictures(reel), _badge(reel, size), _voice(reel)]
    if reel.music is not None:
        tracks.append(_music(reel.music, reel.board.length_s))
    if ask.captions == "burned":
        tracks.append(_captions(reel))
    return {
        "size": size,
        "fps": ask.fps,
        "background": ask.brand.colors.primary,
        "tracks": tracks,
        "loudness_lufs": LOUDNESS_LUFS,
        "output": {"format": "mp4", "quality": "final", "faststart": True},
    }


def _pictures(reel: Reel) -> dict[str, Any]:
    shots = [*reel.board.shots, reel.board.end]
    items: list[dict[str, Any]] = [
        {"asset": asset, "start_s": shot.start_s, "in_s": 0, "out_s": shot.length_s}
        for asset, shot in zip([*reel.clips, reel.end_card], shots, strict=True)
    ]
    for item in items[1:]:
        item["transition_in"] = {"type": "dissolve", "seconds": CROSSFADE_S}
    items[-1]["motion"] = "zoom_in"
    return {"type": "video", "name": "pictures", "items": items}


def _badge(reel: Reel, size: tuple[int, int]) -> dict[str, Any]:
    """Lay the badge into the upper right corner until the end card comes."""
    item = {
        "asset": reel.badge.asset,
        "start_s": 0,
        "out_s": reel.board.end.start_s,
        "fit": "contain",
        "box": badge_box(size, reel.badge.aspect),
        "opacity": _BADGE_OPACITY,
        "fade_out_s": min(0.3, reel.board.end.start_s),
    }
    return {"type": "image", "name": "badge", "items": [item]}


def badge_box(size: tuple[int, int], aspect: float) -> dict[str, float]:
    """Give the part of the frame that the badge stands in."""
    shorter = min(size)
    height, margin = shorter * _BADGE_SHARE, shorter * _MARGIN_SHARE
    width = min(height * aspect, size[0] * 0.5)
    top = size[1] * _UPRIGHT_TOP if size[1] > size[0] else margin
    return {
        "x": (size[0] - margin - width) / size[0],
        "y": top / size[1],
        "width": width / size[0],
        "height": height / size[1],
    }


def _voice(reel: Reel) -> dict[str, Any]:
    said = zip([*reel.board.shots, reel.board.end], [*reel.speeches, reel.call], strict=True)
    items = [{"asset": speech.id_of("speech"), "start_s": shot.speech_at_s} for shot, speech in said]
    return {"type": "audio", "name": "voice", "items": items}


def _music(asset: str, seconds: float) -> dict[str, Any]:
    item = {
        "asset": asset,
        "start_s": 0,
        "in_s": 0,
        "out_s": round(seconds, 3),
        "gain_db": MUSIC_DB,
        "fade_in_s": 0.2,
        "fade_out_s": _MUSIC_FADE_S,
        "duck": {"under": "voice", "by_db": DUCK_DB},
    }
    return {"type": "audio", "name": "music", "items": [item]}


def _captions(reel: Reel) -> dict[str, Any]:
    """Caption what is said before the end card, which shows its words itself."""
    items = []
    for shot, speech in zip(reel.board.shots, reel.speeches, strict=True):
        words = shifted(speech.words, shot.speech_at_s)
        items.append({"words": words, "start_s": words[0]["start_s"], "style": "caption"})
    return {"type": "captions", "name": "captions", "items": items}
