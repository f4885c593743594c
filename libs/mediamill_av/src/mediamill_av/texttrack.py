"""Captions as a track of their own, which players show and hide."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mediamill_av.captions import Line, write_vtt
from mediamill_av.runner import Command, run


def captions_track(lines: Iterable[Line], output: Path) -> Path:
    """Write the lines as the text track of an mp4, for players to show and hide."""
    source = output.with_suffix(".vtt")
    source.write_text(write_vtt(lines), encoding="utf-8")
    arguments = ("-f", "webvtt", "-i", str(source), "-c:s", "mov_text", "-f", "mp4")
    run(Command(what="the captions' track", arguments=arguments, output=output, foreign=False))
    return output
