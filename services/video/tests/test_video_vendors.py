"""What vendors are asked to film, and what becomes of their clips."""

from __future__ import annotations

import io
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from mediamill.errors import BadMedia
from mediamill_av.record import Reel
from mediamill_media.video.camera.refit import last_frame, refit
from mediamill_media.video.contract import Generate
from mediamill_media.video.picture.still import still
from mediamill_media.video.providers.wanted import LONGEST_S, SHORTEST_S, pieces, words
from mediamill_testing.desk import DeskContext


def theirs(path: Path, seconds: float, color: tuple[int, int, int], *, size: tuple[int, int] = (320, 320)) -> Path:
    """Write a clip as a vendor might: 24 frames a second, square, with sound left out."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"  # type: ignore[misc]  # PyAV's own way
        stream.time_base = Fraction(1, 24)
        for _ in range(round(seconds * 24)):
            frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), color, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def frames(path: Path) -> list[Any]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.mark.parametrize("seconds", [0.5, 2, 5, 7.2, 12, 12.1, 25, 120])
def test_a_clip_is_cut_into_pieces_that_a_vendor_films_and_that_suffice(seconds: float) -> None:
    cut = pieces(seconds)

    assert all(SHORTEST_S <= piece <= LONGEST_S for piece in cut)
    assert sum(cut) >= seconds
    assert len(cut) == math.ceil(math.ceil(seconds) / LONGEST_S)


def test_the_prompt_says_what_the_camera_does() -> None:
    assert words(Generate(prompt="A fox runs", motion="pan_left")) == "A fox runs. The camera pans slowly to the left."
    assert "still" in words(Generate(image="0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77", motion="still"))


def test_clips_are_joined_in_the_size_the_rate_and_the_exact_length_that_were_asked_for(tmp_path: Path) -> None:
    red = theirs(tmp_path / "red.mp4", 2, (220, 20, 20))
    blue = theirs(tmp_path / "blue.mp4", 2, (20, 20, 220))
    target, told = tmp_path / "clip.mp4", list[float]()

    refit([red, blue], Reel((256, 144), 30, 105), target, told.append)

    made = frames(target)
    assert (len(made), made[0].shape) == (105, (144, 256, 3))
    assert made[10][70, 100, 0] > 150 > made[10][70, 100, 2]
    assert made[100][70, 100, 2] > 150 > made[100][70, 100, 0]
    assert told[-1] == 1.0


def test_the_last_frame_is_held_for_a_moment_that_is_missing_and_no_longer(tmp_path: Path) -> None:
    short = theirs(tmp_path / "short.mp4", 2, (20, 200, 20))

    refit([short], Reel((128, 128), 24, 66), tmp_path / "held.mp4", lambda _: None)

    assert len(frames(tmp_path / "held.mp4")) == 66
    with pytest.raises(BadMedia):
        refit([short], Reel((128, 128), 24, 120), tmp_path / "much too short.mp4", lambda _: None)


def test_half_a_clip_is_refused(tmp_path: Path) -> None:
    whole = theirs(tmp_path / "whole.mp4", 3, (200, 200, 20)).read_bytes()
    half = tmp_path / "half.mp4"
    half.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(BadMedia):
        refit([half], Reel((128, 128), 24, 72), tmp_path / "never.mp4", lambda _: None)
    with pytest.raises(BadMedia):
        last_frame(half, tmp_path / "never.png")


def test_the_next_piece_begins_with_the_frame_that_the_last_one_ends_with(tmp_path: Path) -> None:
    clip = theirs(tmp_path / "clip.mp4", 1, (20, 20, 220), size=(320, 180))

    shown = Image.open(last_frame(clip, tmp_path / "last.png"))

    assert shown.size == (320, 180)
    assert shown.getpixel((160, 90))[2] > 180  # type: ignore[index]  # of an RGB picture


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (3840, 2160)])
def test_a_vendor_is_given_a_still_in_the_shape_of_the_clip(
    desk: DeskContext, studio: Any, size: tuple[int, int]
) -> None:
    image = desk.save(studio.png(studio.texture(800, 800)), "image/png").id

    shown = Image.open(io.BytesIO(still(desk, Generate(image=image, size=size))))

    assert shown.format == "JPEG"
    assert max(shown.size) <= 1280
    assert abs(shown.size[0] / shown.size[1] - size[0] / size[1]) < 0.01


def test_layers_are_laid_over_each_other_without_their_margin(desk: DeskContext, studio: Any) -> None:
    back, patch = studio.backdrop(400, 300), studio.patch(400, 300, (180, 130, 220, 170), (255, 0, 0))
    layers = desk.save(studio.bundle([(back, 0.0, False), (patch, 1.0, False)], (320, 240), 1.25), "application/zip").id

    shown = Image.open(io.BytesIO(still(desk, Generate(layers=layers, size=(320, 240)))))

    red, green, _ = shown.getpixel((160, 120))  # type: ignore[misc]  # of an RGB picture
    assert shown.size == (320, 240)
    assert (red > 200, green < 80) == (True, True)
