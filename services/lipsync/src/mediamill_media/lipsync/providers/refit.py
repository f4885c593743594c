"""Brings a vendor's film into the house profile: its picture, and under it the speech as it was, to the sample."""

from __future__ import annotations

from pathlib import Path

from mediamill.errors import BadMedia
from mediamill_av.house import audio_arguments, video_arguments
from mediamill_av.probe import probe
from mediamill_av.record import Reel
from mediamill_av.runner import Command, Progress, reading, run
from mediamill_av.sound import RAW_INPUT

HELD_S = 1.0
"""What a vendor's film may lack of its length; its last frame is held so long, and what lacks more is refused."""
_HIGH = 576
"""From so many lines on, colours that are not told are those of high definition, as players take them."""


def refit(film: Path, speech: Path, reel: Reel, target: Path, tell: Progress) -> None:
    """Write the film in the size, rate and length of the reel. Raises ``BadMedia`` when it is damaged or short."""
    shown = probe(film, "the vendor's film").video
    if shown is None:
        raise BadMedia("the vendor's film holds no picture")
    width, height = reel.size
    untold = f"setparams=colorspace={'bt709' if (shown.height or 0) >= _HIGH else 'smpte170m'},"
    picture = (
        f"[0:v:0]{'' if shown.colour_told else untold}fps={reel.fps},scale={width}:{height}:"
        "force_original_aspect_ratio=increase:force_divisible_by=2:out_color_matrix=bt709:out_range=tv:"
        f"flags=bicubic+accurate_rnd,format=yuv420p,crop={width}:{height},setsar=1,"
        f"tpad=stop_mode=clone:stop_duration={HELD_S},trim=end_frame={reel.frames},setpts=N/({reel.fps}*TB)[v]"
    )
    sound = f"[1:a:0]apad,atrim=end={reel.seconds:.6f}[a]"
    run(
        Command(
            what="the vendor's film",
            arguments=(
                *(*reading(film), *RAW_INPUT, "-i", str(speech), "-filter_complex", f"{picture};{sound}"),
                *("-map", "[v]", "-map", "[a]", "-sn", "-dn", "-map_metadata", "-1"),
                *(*video_arguments(reel.fps), *audio_arguments(), "-movflags", "+faststart", "-f", "mp4"),
            ),
            output=target,
            frames=reel.frames,
        ),
        tell,
    )


def as_mp3(raw: Path, target: Path) -> Path:
    """Write a raw sound as an MP3, which every vendor reads and which stays small."""
    run(
        Command(
            what="the speech",
            arguments=(*RAW_INPUT, "-i", str(raw), *("-ac", "1", "-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3")),
            output=target,
            foreign=False,
        )
    )
    return target
