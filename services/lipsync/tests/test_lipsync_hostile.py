"""Whatever is sent as a face or as a speech, it talks or is refused with a sentence, before any work."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import av
import numpy as np
import pytest
import skimage.data
from PIL import Image

from mediamill.contracts import Answer
from mediamill.errors import BadMedia, Permanent
from mediamill_media.lipsync.contract import Talk
from mediamill_media.lipsync.errors import NoFace, NoSpeech
from mediamill_media.lipsync.handlers import talk
from mediamill_testing.desk import DeskContext


def png_header(width: int, height: int) -> bytes:
    """Give a PNG that claims a size and holds nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def picture(pixels: Any, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def film(frames: int, *, sound: bool = False) -> bytes:
    """Write a grey film, or a sound alone."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        if sound:
            stream = container.add_stream("aac", rate=48_000)
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.float32), format="fltp", layout="mono")
            frame.sample_rate = 48_000
            container.mux([*stream.encode(frame), *stream.encode()])
        else:
            shown = container.add_stream("libx264", rate=10)
            shown.width, shown.height, shown.pix_fmt = 96, 96, "yuv420p"  # type: ignore[misc]  # PyAV's own way
            for _ in range(frames):
                container.mux(shown.encode(av.VideoFrame.from_ndarray(np.full((96, 96, 3), 128, np.uint8), "rgb24")))
            container.mux(shown.encode())
    return out.getvalue()


NO_PICTURES: dict[str, tuple[bytes, type[Permanent], str]] = {
    "html": (b"<html>", BadMedia, "no picture"),
    "nothing": (b"", BadMedia, "no picture"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>', BadMedia, "no picture"),
    "bomb": (png_header(30_000, 30_000), BadMedia, "pixels"),
    "large": (png_header(9_000, 9_000), BadMedia, "up to 50,000,000 pixels"),
    "tiny": (png_header(8, 8), BadMedia, "at least 32 pixels"),
    "empty": (png_header(64, 64), BadMedia, "damaged|no picture"),
    "cut off": (picture(skimage.data.coffee())[:900], BadMedia, "damaged|no picture"),
    "a cup of coffee": (picture(skimage.data.coffee()), NoFace, "A photo must show one"),
    "a cat": (picture(skimage.data.chelsea(), "JPEG"), NoFace, "A photo must show one"),
    "a film": (film(5), BadMedia, "no picture"),
}
NO_CLIPS: dict[str, tuple[bytes, type[Permanent], str]] = {
    "noise": (bytes(range(256)) * 40, BadMedia, "clip"),
    "a playlist": (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/x.ts\n", BadMedia, "clip"),
    "a picture": (picture(skimage.data.coffee()), BadMedia, "does not move"),
    "a sound": (film(0, sound=True), BadMedia, "does not move"),
    "nobody": (film(20), NoFace, "0 of"),
    "cut off": (film(20)[:800], BadMedia, "clip"),
}
NO_SPEECHES: dict[str, tuple[Any, type[Permanent], str]] = {
    "html": (b"<html>", BadMedia, "the speech"),
    "a picture": (picture(skimage.data.coffee()), BadMedia, "the speech"),
    "a silent film": (film(10), BadMedia, "the speech"),
    "silence": (np.zeros(48_000), NoSpeech, "silent"),
    "a click": (np.ones(480), NoSpeech, "at least"),
    "six minutes": (np.sin(np.arange(360 * 48_000) / 60), NoSpeech, "longer than 300 s"),
    "cut off": (b"RIFF\x24\0\0\0WAVEfmt ", BadMedia, "the speech"),
}


class Watched(DeskContext):
    """A desk that notes what was asked of other queues."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.asked: list[str] = []

    def run(self, kind: str, input: Any) -> Answer:
        self.asked.append(kind)
        raise AssertionError(kind)


def refused(desk: DeskContext, says: str, error: type[Permanent], **ask: Any) -> None:
    with pytest.raises(error, match=says) as caught:
        talk(desk, Talk(**ask))
    assert "/" not in str(caught.value).replace("no picture that", "")


@pytest.mark.parametrize("name", sorted(NO_PICTURES))
def test_a_picture_without_a_face_is_refused_before_its_text_is_read(tmp_path: Any, name: str) -> None:
    desk = Watched(tmp_path)
    content, error, says = NO_PICTURES[name]

    refused(desk, says, error, portrait=desk.save(content, "image/png").id, text="Nobody says this.")

    assert desk.asked == []


@pytest.mark.parametrize("name", sorted(NO_CLIPS))
def test_a_clip_without_a_face_is_refused_before_its_text_is_read(tmp_path: Any, name: str) -> None:
    desk = Watched(tmp_path)
    content, error, says = NO_CLIPS[name]

    refused(desk, says, error, clip=desk.save(content, "video/mp4").id, text="Nobody says this.")

    assert desk.asked == []


@pytest.mark.parametrize("name", sorted(NO_SPEECHES))
def test_what_is_no_speech_is_refused_before_a_frame_is_drawn(desk: DeskContext, troupe: Any, name: str) -> None:
    sent, error, says = NO_SPEECHES[name]
    content = sent if isinstance(sent, bytes) else troupe.wav(sent)
    portrait, speech = desk.save(troupe.drawn(96), "image/png").id, desk.save(content, "audio/wav").id

    refused(desk, says, error, portrait=portrait, speech=speech)

    assert not [told for told in desk.progressed if told[2] and "frame" in told[2]]


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "I;16"])
def test_portraits_of_every_mode_are_seen(desk: DeskContext, photo: Any, troupe: Any, mode: str) -> None:
    out = io.BytesIO()
    if mode == "I;16":
        Image.fromarray(np.asarray(Image.fromarray(photo).convert("L")).astype(np.uint16) * 200).save(out, "PNG")
    else:
        Image.fromarray(photo).convert(mode).save(out, "TIFF" if mode == "CMYK" else "PNG")
    portrait = desk.save(out.getvalue(), "image/png").id

    made = talk(
        desk, Talk(portrait=portrait, speech=desk.save(troupe.speech(1).wav, "audio/wav").id, fps=10, size=(96, 96))
    )

    assert made.shown == "photo"


def test_a_film_may_be_the_speech(desk: DeskContext, troupe: Any, say: Any) -> None:
    _, spoken = say(troupe.speech(3), portrait=troupe.drawn(96))
    portrait = desk.save(troupe.drawn(96), "image/png").id

    made = talk(desk, Talk(portrait=portrait, speech=desk.save(spoken.path, "video/mp4").id, fps=15))

    assert made.cues == "sound"
