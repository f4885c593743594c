"""What all peers work on: synthetic clips, stills and sounds, made anew by each run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from mediamill_av.ffmpeg import binary
from mediamill_av.house import audio_arguments, timescale

FPS = 30
PRESET, CRF = "medium", 23
"""What every peer's pictures are coded with."""


class Scale(NamedTuple):
    """How large everything is."""

    size: tuple[int, int]
    seconds: int
    """Length of a clip."""

    @property
    def fade(self) -> float:
        """Length of a cross-fade, in seconds."""
        return 0.5

    @property
    def film_s(self) -> float:
        """Length of a film of all five clips with cross-fades."""
        return 5 * self.seconds - 4 * self.fade

    def still(self) -> tuple[int, int]:
        """Give the size of a photograph."""
        return self.size[0] * 3 // 2, self.size[1] * 3 // 2


FULL = Scale((1280, 720), 6)
QUICK = Scale((640, 360), 3)


def scale() -> Scale:
    """Give the scale of this run: ``QUICK=1`` makes it small."""
    return QUICK if os.environ.get("QUICK") else FULL


def x264() -> tuple[str, ...]:
    """Give the coding of every peer's picture: closed groups of a second, as the house has them."""
    return (
        *("-c:v", "libx264", "-preset", PRESET, "-crf", str(CRF), "-pix_fmt", "yuv420p", "-profile:v", "high"),
        *("-g", str(FPS), "-keyint_min", str(FPS), "-sc_threshold", "0"),
        *("-x264-params", "open-gop=0:colorprim=bt709:transfer=bt709:colormatrix=bt709:sar=1/1"),
        *("-threads", "2", "-video_track_timescale", str(timescale(FPS))),
    )


def ffmpeg(*arguments: str) -> list[str]:
    """Give the command line of the ffmpeg that all peers have in common."""
    return [binary().path, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y", *arguments]


_PICTURES = (
    "testsrc2",
    "mandelbrot=maxiter=200",
    "life=mold=10:death_color=#203060:life_color=#f0c040",
    "noise",
    "fade",
)


def _picture(number: int, size: tuple[int, int], fps: int) -> str:
    shape = f"size={size[0]}x{size[1]}:rate={fps}"
    match _PICTURES[number]:
        case "noise":
            return f"gradients={shape}:seed=3:speed=0.02,noise=alls=12:allf=t:all_seed=4"
        case "fade":
            return f"gradients={shape}:seed=9:n=6:speed=0.05"
        case name:
            return f"{name}{':' if '=' in name else '='}{shape}"


def _clip(path: Path, number: int, size: tuple[int, int], fps: int, seconds: int) -> None:
    sound = f"sine=frequency={220 + 60 * number}:sample_rate=48000"
    sources = ("-f", "lavfi", "-i", _picture(number, size, fps), "-f", "lavfi", "-i", sound, "-t", str(seconds))
    coding = x264() if fps == FPS else ("-c:v", "libx264", "-preset", PRESET, "-crf", str(CRF), "-pix_fmt", "yuv420p")
    told = "format=yuv420p,setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    _run(*sources, "-vf", told, *coding, *audio_arguments(), "-movflags", "+faststart", "-f", "mp4", str(path))


def make(folder: Path, wanted: Scale) -> None:
    """Write all inputs into a folder."""
    width, height = wanted.size
    for number in range(5):
        _clip(folder / f"same{number}.mp4", number, wanted.size, FPS, wanted.seconds)
    others = {0: ((width * 3 // 2, height * 3 // 2), 25), 2: ((width // 2, width * 3 // 8), 24), 4: (wanted.size, 60)}
    for number in range(5):
        size, fps = others.get(number, (wanted.size, FPS))
        _clip(folder / f"diff{number}.mp4", number, size, fps, wanted.seconds)
    _clip(folder / "new2.mp4", 4, wanted.size, FPS, wanted.seconds)
    for number in range(5):
        source = _picture(1 if number % 2 else 4, wanted.still(), FPS)
        skip = f"select=gte(n\\,{number * 7})"
        _run(
            "-f", "lavfi", "-i", source, "-vf", skip, "-frames:v", "1", "-q:v", "2", str(folder / f"still{number}.jpg")
        )
    _sounds(folder, wanted.film_s)


def _sounds(folder: Path, seconds: float) -> None:
    """Write a voice that pauses and a music that does not."""
    voice = "anoisesrc=c=pink:a=0.6:seed=5:r=48000,volume='0.7*gt(sin(2*PI*t/3),0)':eval=frame,bandpass=f=900:w=1500"
    music = "sine=f=196:r=48000,tremolo=f=2:d=0.7,aecho=0.8:0.7:60:0.4"
    for name, source in {"voice": voice, "music": music}.items():
        _run("-f", "lavfi", "-i", source, "-t", str(seconds), "-ac", "2", str(folder / f"{name}.wav"))


def _run(*arguments: str) -> None:
    subprocess.run(ffmpeg(*arguments), check=True)
