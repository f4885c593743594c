"""The whole way on the real engine: a character is drawn, a text is read by a child job, and the character says it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np

from mediamill_av.probe import probe
from mediamill_testing.harness import Mill

PATIENCE_S = 120.0
"""The voice is loaded, which takes long on a busy machine."""


def done(mill: Mill, kind: str, **input: Any) -> Any:
    job = mill.accept(kind, input)
    mill.work_until_idle(PATIENCE_S)
    row = mill.job(job)
    assert row.state == "succeeded", row.error
    return row.output


def file_of(mill: Mill, output: Any, role: str) -> Path:
    asset = next(asset for asset in output["assets"] if asset["role"] == role)
    return mill.store.path(asset["sha256"])


def test_a_character_of_the_image_queue_says_a_text_that_the_audio_queue_reads(mill_of: Callable[..., Mill]) -> None:
    mill = mill_of("lipsync", "image", "audio")
    drawn = done(mill, "image.character", name="Pip", description="a green robot", views=["portrait"], size=[128, 128])
    portrait = next(asset["id"] for asset in drawn["assets"] if asset["role"] == "portrait")

    said = done(mill, "lipsync.talk", portrait=portrait, text="My mama bakes warm apple pie.", fps=15)

    clip = file_of(mill, said, "clip")
    found = probe(clip)
    assert found.video is not None
    assert found.audio is not None
    assert (said["shown"], said["cues"]) == ("drawn", "phonemes")
    assert (found.video.frames, found.video.width) == (said["frames"], 128)
    assert said["measured"]["correlation"] > 0.3
    assert abs(said["measured"]["offset_s"]) <= 0.12
    with av.open(str(clip)) as container:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    assert max(np.abs(frame - frames[0])[70:100, 50:80].mean() for frame in frames) > 3


def test_a_picture_without_a_face_fails_before_its_text_is_read(mill_of: Callable[..., Mill], troupe: Any) -> None:
    mill = mill_of("lipsync", "audio")
    portrait = mill.give(troupe.drawn(96, faces=[]), "image/png")

    job = mill.accept("lipsync.talk", {"portrait": portrait, "text": "Nobody says this."})
    mill.work_until_idle(PATIENCE_S)

    row = mill.job(job)
    assert (row.state, row.error["code"], row.attempt) == ("failed", "no-face", 1)
    assert mill.children(job) == []
