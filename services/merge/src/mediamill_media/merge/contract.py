"""What may be asked of the merge queue, and what it answers."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from mediamill.contracts import Ask, AssetId, MediaAnswer
from mediamill.timeline import FrameSize, Timeline, Transition

_CLIP = "0190a5c8-7c1e-7000-8000-00000000000{}"


class Concat(Ask):
    """Join clips, in order, into one film."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"clips": [_CLIP.format(1), _CLIP.format(2)]},
                {
                    "clips": [_CLIP.format(1), _CLIP.format(2), _CLIP.format(3)],
                    "transition": {"type": "fade", "seconds": 0.5},
                    "size": "1280x720",
                    "fps": 30,
                },
            ]
        }
    )

    clips: tuple[AssetId, ...] = Field(min_length=1, max_length=200, description="The clips, in the film's order.")
    transition: Transition = Field(
        Transition(type="cut", seconds=0.5), description="Between each two clips, which overlap by its length."
    )
    size: FrameSize | None = Field(None, description="Width and height, even numbers; the first clip's by default.")
    fps: int | None = Field(None, ge=1, le=60, description="Frames a second; the first clip's by default.")


class Joined(MediaAnswer):
    """A film of clips; its asset has the role 'film'."""

    duration_s: float = Field(description="Length of the film in seconds.")
    copied: bool = Field(description="Whether every picture was copied as it was coded, without loss.")


class Compose(Ask):
    """Make a film, or a sound, of a timeline."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "timeline": {
                        "size": [1280, 720],
                        "fps": 30,
                        "tracks": [
                            {
                                "type": "video",
                                "items": [
                                    {"asset": _CLIP.format(1), "start_s": 0, "out_s": 4},
                                    {
                                        "asset": _CLIP.format(2),
                                        "start_s": 3.5,
                                        "out_s": 4,
                                        "transition_in": {"type": "fade", "seconds": 0.5},
                                    },
                                ],
                            },
                            {"type": "text", "items": [{"text": "The Lantern", "start_s": 0.3, "out_s": 2.5}]},
                            {"type": "captions", "items": [{"text": "Once upon a time", "start_s": 3, "out_s": 2}]},
                            {"type": "audio", "name": "voice", "items": [{"asset": _CLIP.format(3), "start_s": 3}]},
                            {
                                "type": "audio",
                                "name": "music",
                                "items": [
                                    {
                                        "asset": _CLIP.format(4),
                                        "gain_db": -9,
                                        "loop": True,
                                        "fade_out_s": 1,
                                        "duck": {"under": "voice", "by_db": 9},
                                    }
                                ],
                            },
                        ],
                        "loudness_lufs": -16,
                        "output": {"format": "mp4", "quality": "final"},
                    }
                }
            ]
        }
    )

    timeline: Timeline = Field(description="The film, declared.")


class Composed(MediaAnswer):
    """A film; its assets have the roles 'film', 'poster' and, with a captions track, 'captions' (WebVTT)."""

    duration_s: float = Field(description="Length of the film in seconds.")
    frames: int = Field(description="Pictures in the film; 0 for a sound alone.")
    frames_known: int = Field(0, description="How many of them an earlier film of yours had made, pixel for pixel.")
    lufs: float | None = Field(description="Loudness measured on the finished film; null where nothing sounds.")
    captions: AssetId | None = Field(description="The captions as WebVTT; null without a captions track.")
