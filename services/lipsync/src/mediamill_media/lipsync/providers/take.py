"""What every link is given: what was asked for, the face that was seen, and what is said."""

from __future__ import annotations

from typing import NamedTuple

from mediamill.contracts import Answer, AssetId, MediaAnswer
from mediamill.handlers.context import Context
from mediamill_media.lipsync.contract import Phoneme, Shown, Talk
from mediamill_media.lipsync.errors import NoFace
from mediamill_media.lipsync.faces import filmed
from mediamill_media.lipsync.faces.marks import DrawnFace, drawn_face
from mediamill_media.lipsync.faces.mesh import finder
from mediamill_media.lipsync.faces.picture import Portrait, portrait
from mediamill_media.lipsync.speech.heard import hear


class Face(Answer):
    """What was seen at the first look."""

    shown: Shown
    size: tuple[int, int]
    middle: tuple[float, float]
    """Where it is in the picture, in pixels."""
    drawn: DrawnFace | None = None


class Said(MediaAnswer):
    """What ``audio.speech`` answers, as far as a mouth needs it; or the recording that came with the ask."""

    phonemes: tuple[Phoneme, ...] = ()


class Take(NamedTuple):
    """One talk, ready to be filmed."""

    ask: Talk
    face: Face
    speech: AssetId
    phonemes: tuple[Phoneme, ...]


def prepared(ctx: Context, ask: Talk) -> Take:
    """Look at the face and listen to the recording before anything is done or bought; then have a text read.

    Raises ``NoFace``, ``NoSpeech`` or ``BadMedia``.
    """
    face = ctx.step("look", looked, ctx, ask)
    if ask.speech is not None:
        ctx.step("listen", _listened, ctx, ask.speech)
        return Take(ask, face, ask.speech, ask.phonemes)
    read = ctx.run("audio.speech", {"text": ask.text, "voice": ask.voice, "timings": "phonemes"})
    said = Said.read(read.model_dump(mode="json"))
    return Take(ask, face, said.asset("speech").id, said.phonemes)


def looked(ctx: Context, ask: Talk) -> Face:
    """Give the face of an ask. Raises ``NoFace``, or ``BadMedia`` for what cannot be looked at."""
    if ask.clip is not None:
        clip = filmed.Clip.of(ctx.open(ask.clip))
        filmed.look(clip, ctx.workdir)
        width, height = clip.size
        return Face(shown="clip", size=clip.size, middle=(width / 2, height / 2))
    picture = portrait(ctx.open(ask.portrait or ""))
    if picture.told is not None:
        drawn = drawn_face(picture.told, picture.size, ask.speaker)
        return Face(shown="drawn", size=picture.size, middle=drawn.mouth, drawn=drawn)
    return _photographed(picture)


def _photographed(picture: Portrait) -> Face:
    found = finder().find(picture.pixels)
    if found is None:
        raise NoFace(
            "A photo must show one from the front, and of drawn pictures those of image.character and "
            "image.generate can talk, as PNG, unchanged."
        )
    x, y = found.points.mean(axis=0)
    return Face(shown="photo", size=picture.size, middle=(float(x), float(y)))


def _listened(ctx: Context, speech: AssetId) -> float:
    return hear(ctx.open(speech), ctx.workdir).seconds
