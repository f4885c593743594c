"""Defects, seeded: what may be wrong with a film that was made well."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from mediamill_av.house import audio_arguments, video_arguments
from mediamill_av.runner import Command, run
from mediamill_testing.screening.films import Screened

Defect = Callable[[Screened, random.Random, Path], Path]


def _made(output: Path, *arguments: str) -> Path:
    run(Command(what="a defect", arguments=(*arguments, "-f", "mp4"), output=output, foreign=False))
    return output


def _changed(film: Screened, output: Path, filters: str, *sound: str) -> Path:
    """Code the picture again after filters, and keep the rest as it is."""
    coding = (*video_arguments(30, "draft"), "-preset", "ultrafast")
    kept = ("-map", "0:v", "-map", "0:a?", "-map", "0:s?", "-c:a", "copy", "-c:s", "mov_text")
    return _made(output, "-i", str(film.film.path), *kept, "-vf", filters, *coding, *sound)


def frozen(film: Screened, dice: random.Random, output: Path) -> Path:
    """Two seconds stand still."""
    first = dice.randrange(15, film.film.frames - 75)
    held = f"select='not(between(n,{first + 1},{first + 60}))',loop=loop=60:size=1:start={first},setpts=N/30/TB"
    return _changed(film, output, held, "-r", "30")


def black_tail(film: Screened, dice: random.Random, output: Path) -> Path:
    """The end is black."""
    seconds = dice.uniform(1.6, 2.4)
    start = film.film.duration_s - seconds
    return _changed(film, output, f"drawbox=color=black:t=fill:enable='gte(t,{start:.3f})'")


def _late(film: Screened, seconds: float, output: Path) -> Path:
    source = str(film.film.path)
    shifted = (
        f"adelay={round(seconds * 1000)}:all=1" if seconds > 0 else f"atrim=start={-seconds:.3f},asetpts=PTS-STARTPTS"
    )
    whole = f"{shifted},apad,atrim=end={film.film.duration_s:.6f}"
    return _made(
        output, "-i", source, "-map", "0:v", "-map", "0:a", "-map", "0:s?", "-c:v", "copy", "-c:s", "mov_text",
        "-af", whole, *audio_arguments(),
    )  # fmt: skip


def late_sound(film: Screened, dice: random.Random, output: Path) -> Path:
    """The sound is 300 ms late."""
    return _late(film, dice.uniform(0.27, 0.33), output)


def early_sound(film: Screened, dice: random.Random, output: Path) -> Path:
    """The sound is 300 ms early."""
    return _late(film, -dice.uniform(0.27, 0.33), output)


def _sounding(film: Screened, output: Path, filters: str) -> Path:
    kept = ("-map", "0:v", "-map", "0:a", "-map", "0:s?", "-c:v", "copy", "-c:s", "mov_text")
    return _made(output, "-i", str(film.film.path), *kept, "-af", filters, *audio_arguments())


def silent(film: Screened, dice: random.Random, output: Path) -> Path:
    """Nothing is heard."""
    return _sounding(film, output, "volume=0")


def silent_voice(film: Screened, dice: random.Random, output: Path) -> Path:
    """The voice, which is noise here, is gone; the music, a low tone, stays."""
    return _sounding(film, output, "bandpass=f=220:width_type=h:w=20")


def quiet(film: Screened, dice: random.Random, output: Path) -> Path:
    """It is too quiet."""
    return _sounding(film, output, f"volume=-{dice.uniform(2, 8):.1f}dB")


def no_sound(film: Screened, dice: random.Random, output: Path) -> Path:
    """There is no sound track."""
    return _made(output, "-i", str(film.film.path), "-map", "0:v", "-c", "copy")


def wrong_size(film: Screened, dice: random.Random, output: Path) -> Path:
    """It is smaller than wanted."""
    return _changed(film, output, "scale=iw-16:ih-16")


def too_short(film: Screened, dice: random.Random, output: Path) -> Path:
    """Its last second is missing."""
    length = film.film.duration_s - dice.uniform(0.2, 1.5)
    return _made(output, "-i", str(film.film.path), "-map", "0", "-c", "copy", "-t", f"{length:.3f}")


def truncated(film: Screened, dice: random.Random, output: Path) -> Path:
    """The file ends before it should."""
    whole = film.film.path.read_bytes()
    output.write_bytes(whole[: int(len(whole) * dice.uniform(0.2, 0.95))])
    return output


def no_captions(film: Screened, dice: random.Random, output: Path) -> Path:
    """The captions are gone: their track, or their letters under a blur of their own place."""
    if film.timeline.output.captions == "soft":
        return _made(output, "-i", str(film.film.path), "-map", "0:v", "-map", "0:a", "-c", "copy")
    return _changed(
        film, output, "split[a][b];[b]crop=iw:ih/3:0:ih*2/3,scale=8:4,scale=320:60[c];[a][c]overlay=0:H*2/3"
    )


def late_captions(film: Screened, dice: random.Random, output: Path) -> Path:
    """The captions' track is late."""
    source = str(film.film.path)
    late = f"{dice.uniform(0.3, 1.0):.3f}"
    return _made(
        output, "-i", source, "-itsoffset", late, "-i", source, "-map", "0:v", "-map", "0:a", "-map", "1:s",
        "-c:v", "copy", "-c:a", "copy", "-c:s", "mov_text", "-t", f"{film.film.duration_s:.3f}",
    )  # fmt: skip


DEFECTS: dict[str, Defect] = {
    "frozen": frozen,
    "black tail": black_tail,
    "late sound": late_sound,
    "early sound": early_sound,
    "silent": silent,
    "silent voice": silent_voice,
    "quiet": quiet,
    "no sound": no_sound,
    "wrong size": wrong_size,
    "too short": too_short,
    "truncated": truncated,
    "no captions": no_captions,
    "late captions": late_captions,
}


def defects_of(film: Screened) -> list[str]:
    """Give the defects that a film can have."""
    return [name for name in DEFECTS if name != "late captions" or film.timeline.output.captions == "soft"]
