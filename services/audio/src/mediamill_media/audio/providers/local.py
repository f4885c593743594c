"""The local provider: no key, no network, no graphics card."""

from __future__ import annotations

from pathlib import Path

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill_media.audio.contract import (
    Composed,
    Mix,
    Mixed,
    Music,
    Phoneme,
    Speech,
    Spoken,
    Transcribe,
    Transcribed,
    Word,
)
from mediamill_media.audio.hearing.listen import listen
from mediamill_media.audio.mixing.desk import mix_down
from mediamill_media.audio.music.render import perform
from mediamill_media.audio.music.score import compose
from mediamill_media.audio.signal import RATE, Sound, Tick
from mediamill_media.audio.signal.ffmpeg import MEDIA_TYPES, encode
from mediamill_media.audio.signal.files import write_wav
from mediamill_media.audio.signal.master import Level, master
from mediamill_media.audio.speech.reader import read_aloud

SPEECH_LUFS = MUSIC_LUFS = -16.0


class Speaking:
    """This machine's way to serve ``audio.speech``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Speech) -> Spoken:
        """Read the text aloud and tell when each word is heard."""
        return ctx.step("speak", speak, ctx, ask)


class Playing:
    """This machine's way to serve ``audio.music``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Music) -> Composed:
        """Compose and play a piece of the length and mood asked for."""
        return ctx.step("play", play, ctx, ask)


class Listening:
    """This machine's way to serve ``audio.transcribe``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Transcribe) -> Transcribed:
        """Write down what is said, and when."""
        return ctx.step("listen", listen, ctx, ask)


SPEAKING, PLAYING, LISTENING = Speaking(), Playing(), Listening()


def speak(ctx: Context, ask: Speech) -> Spoken:
    """Read the text, level it, keep it."""
    reading = read_aloud(
        ask.text, ask.voice, ask.speed, lambda done, total: ctx.progress(0.9 * done / total, 1, "speaking")
    )
    master(reading.sound, SPEECH_LUFS, _ticking(ctx, "leveling", 0.9, 0.95))
    asset = _keep(ctx, reading.sound, ask.format, "speech")
    return Spoken(
        assets=(asset,),
        words=tuple(Word(text=w.text, start_s=round(w.start, 3), end_s=round(w.end, 3)) for w in reading.words),
        phonemes=tuple(
            Phoneme(symbol=p.text, start_s=round(p.start, 3), end_s=round(p.end, 3))
            for p in reading.phonemes
            if ask.timings == "phonemes"
        ),
        duration_s=_length(reading.sound),
        voice=ask.voice,
    )


def play(ctx: Context, ask: Music) -> Composed:
    """Compose, perform, level and keep a piece."""
    score = compose(ask.mood, ask.seconds, ask.seed)
    sound = perform(score, ctx.workdir, lambda done: ctx.progress(0.8 * done, 1, "playing"))
    master(sound, MUSIC_LUFS, _ticking(ctx, "leveling", 0.8, 0.95))
    asset = _keep(ctx, sound, ask.format, "music")
    return Composed(assets=(asset,), duration_s=_length(sound), mood=ask.mood, bpm=score.bpm, key=score.key)


def mix(ctx: Context, ask: Mix) -> Mixed:
    """Lay the tracks over each other, level the whole and keep it."""
    sources = {track.asset: ctx.open(track.asset) for track in ask.tracks}
    sound = mix_down(ask, sources, ctx.workdir, lambda done: ctx.progress(0.7 * done, 1, "mixing"))
    level: Level = master(sound, ask.loudness_lufs, _ticking(ctx, "leveling", 0.7, 0.95))
    asset = _keep(ctx, sound, ask.format, "mix")
    return Mixed(assets=(asset,), duration_s=_length(sound), lufs=level.lufs, peak_db=level.peak_db)


def keep_leveled(ctx: Context, sound: Sound, format_name: str, role: str, lufs: float) -> tuple[Asset, float]:
    """Bring a sound that somebody else made to a loudness in place, keep it, and tell how long it is."""
    master(sound, lufs, _ticking(ctx, "leveling", 0.8, 0.95))
    return _keep(ctx, sound, format_name, role), _length(sound)


def _length(sound: Sound) -> float:
    """Give a sound's length in seconds."""
    return float(round(len(sound) / RATE, 6))


def _ticking(ctx: Context, what: str, begin: float, end: float) -> Tick:
    """Give a tick that creeps from ``begin`` towards ``end`` without knowing how many will come."""
    state = [begin]

    def tick() -> None:
        state[0] += (end - state[0]) / 20
        ctx.progress(state[0], 1, what)

    return tick


def _keep(ctx: Context, sound: Sound, format_name: str, role: str) -> Asset:
    """Write a sound in the format that was asked for and save it as an asset."""
    tick = _ticking(ctx, "writing", 0.95, 1.0)
    wav: Path = write_wav(ctx.workdir / f"{role}.wav", sound, tick)
    file = encode(wav, format_name, tick)
    return ctx.save(file, MEDIA_TYPES[format_name], role=role, duration_s=_length(sound))
