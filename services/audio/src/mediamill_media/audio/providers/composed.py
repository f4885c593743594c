"""What is made of a vendor's music: as long as was asked for, faded at its end and leveled as ours is."""

from __future__ import annotations

import numpy as np

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill_media.audio.contract import Composed, Music
from mediamill_media.audio.music.score import compose
from mediamill_media.audio.providers import local
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.ffmpeg import decode
from mediamill_media.audio.signal.files import canvas, raw

KIND = "audio.music"
SEAM_S = 1.5
"""Over so long a piece that begins again is blended into itself."""
FADE_S = 3.0


def tell(ctx: Context, ask: Music, recording: Asset) -> Composed:
    """Make the piece of what a vendor played; it was told the tempo and the key that the answer names."""
    target = ctx.workdir / "heard.f32"
    decode(
        ctx.open(recording.id),
        target,
        most_s=ask.seconds + SEAM_S,
        what="the vendor's music",
        tick=lambda: ctx.progress(0.5, 1, "listening"),
    )
    score = compose(ask.mood, ask.seconds, ask.seed)
    sound = canvas(ctx.workdir / "music.f32", round(ask.seconds * RATE))
    fill(sound, raw(target))
    asset, length = local.keep_leveled(ctx, sound, ask.format, "music", local.MUSIC_LUFS)
    return Composed(assets=(asset,), duration_s=length, mood=ask.mood, bpm=score.bpm, key=score.key)


def fill(sound: Sound, heard: Sound) -> None:
    """Fill a sound with another, from its beginning again as often as it takes, each time blended over the seam."""
    seam = min(round(SEAM_S * RATE), len(heard) // 3)
    rise = np.sin(np.linspace(0, np.pi / 2, seam, dtype=np.float32))[:, None]
    at = 0
    while at < len(sound):
        turn = np.array(heard[: len(sound) - at])
        if at:
            turn[:seam] *= rise[: len(turn)]
        if at + len(heard) < len(sound):
            turn[len(turn) - seam :] *= rise[::-1]
        sound[at : at + len(turn)] += turn
        at += max(1, len(heard) - seam)
    fade = min(round(FADE_S * RATE), len(sound) // 3)
    sound[len(sound) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
