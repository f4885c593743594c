"""What all windows of a film share: its size, its rate, its background, and how it is coded."""

from __future__ import annotations

from dataclasses import dataclass

from mediamill.timeline import Timeline
from mediamill_av.house import Quality


@dataclass(frozen=True)
class Canvas:
    """The frame that everything is drawn into."""

    width: int
    height: int
    fps: int
    background: str
    quality: Quality

    @property
    def size(self) -> str:
        """Its size as ffmpeg writes it."""
        return f"{self.width}x{self.height}"

    @property
    def colour(self) -> str:
        """Its background as ffmpeg writes it."""
        return "0x" + self.background.removeprefix("#")


def canvas_of(timeline: Timeline) -> Canvas:
    """Give the canvas of a timeline."""
    return Canvas(*timeline.size, timeline.fps, timeline.background, timeline.output.quality)
