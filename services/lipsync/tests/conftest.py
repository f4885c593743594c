"""Faces to move and speeches to say: drawn, photographed and synthesised here, and clips read back."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import numpy.typing as npt
import pytest
import skimage.data
from PIL import Image, ImageDraw, PngImagePlugin

from mediamill_media.lipsync.contract import Talk, Talked
from mediamill_media.lipsync.handlers import talk
from mediamill_testing.desk import DeskContext

Pixels = npt.NDArray[np.uint8]
RATE = 48_000
SYLLABLE_S = 0.3
SKIN, INK, INSIDE = (238, 196, 160), "#3a2f45", "#8c2f3c"


class Speech(NamedTuple):
    """A speech as a file, and its phonemes: the syllable 'ma', again and again, with a pause after the third."""

    wav: bytes
    phonemes: list[dict[str, Any]]
    seconds: float


class Troupe:
    """Makes faces and speeches."""

    @staticmethod
    def face(side: int = 192, who: str = "Kim", **changed: Any) -> dict[str, Any]:
        """Give what a drawn picture tells of its face."""
        half = side * 0.09
        told = {
            "who": who,
            "mouth": [side * 0.5, side * 0.62],
            "right": [half, 0.0],
            "down": [0.0, half],
            "bend": 0.5,
            "line": INK,
            "fill": INSIDE,
            "eyes": [{"x": side * x, "y": side * 0.42, "r": side * 0.04} for x in (0.38, 0.62)],
        }
        return {**told, **changed}

    @staticmethod
    def drawn(side: int = 192, faces: Any = None) -> bytes:
        """Draw a face, and tell of it as our illustrator does."""
        told = Troupe.face(side)
        image = Image.new("RGB", (side, side), (200, 220, 240))
        pen = ImageDraw.Draw(image)
        pen.ellipse([side * 0.2, side * 0.15, side * 0.8, side * 0.85], fill=SKIN)
        for eye in told["eyes"]:
            pen.ellipse([eye["x"] - eye["r"], eye["y"] - eye["r"], eye["x"] + eye["r"], eye["y"] + eye["r"]], fill=INK)
        (x, y), half = told["mouth"], told["right"][0]
        pen.arc([x - half, y - half * 0.9, x + half, y + half * 0.5], 20, 160, fill=INK, width=max(2, round(half / 5)))
        info = PngImagePlugin.PngInfo()
        info.add_itxt("mediamill.faces", json.dumps({"faces": [told] if faces is None else faces}))
        out = io.BytesIO()
        image.save(out, "PNG", pnginfo=info)
        return out.getvalue()

    @staticmethod
    def photo(side: int = 192) -> bytes:
        """Give the portrait of an astronaut, which NASA gave to everybody."""
        cut = Image.fromarray(skimage.data.astronaut()).crop((104, 10, 344, 250)).resize((side, side))
        out = io.BytesIO()
        cut.save(out, "PNG")
        return out.getvalue()

    @staticmethod
    def speech(syllables: int = 6) -> Speech:
        """Synthesise 'ma' so many times: a hum behind closed lips, then an open vowel."""
        waves, phonemes, at = [np.zeros(round(0.1 * RATE))], list[dict[str, Any]](), 0.1
        time = np.arange(round(SYLLABLE_S * RATE)) / RATE
        voice = sum(np.sin(2 * np.pi * 130 * k * time) / k for k in range(1, 24))
        opened = np.clip((time - 0.1) / 0.03, 0, 1) * np.clip((SYLLABLE_S - time) / 0.06, 0, 1)
        for number in range(syllables):
            waves.append(0.25 * opened * voice + np.sin(2 * np.pi * 130 * time) * 0.03)
            phonemes.append({"symbol": "m", "start_s": at, "end_s": at + 0.1})
            phonemes.append({"symbol": "ɑ", "start_s": at + 0.1, "end_s": at + SYLLABLE_S})
            at += SYLLABLE_S
            if number == 2:
                waves.append(np.zeros(round(0.5 * RATE)))
                at += 0.5
        sound = np.concatenate([*waves, np.zeros(round(0.1 * RATE))])
        return Speech(Troupe.wav(sound), phonemes, len(sound) / RATE)

    @staticmethod
    def wav(sound: npt.NDArray[np.float64]) -> bytes:
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
        return out.getvalue()


class Clip:
    """A clip read back: its frames as RGB, its sound, and the facts of its streams."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            self.rate = stream.average_rate
            self.frames: list[Pixels] = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        with av.open(str(path)) as container:
            self.sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])

    def redness(self, side: int = 192) -> npt.NDArray[np.float64]:
        """Give for each frame how much of a drawn mouth's inside shows."""
        box = (slice(round(side * 0.55), round(side * 0.8)), slice(round(side * 0.38), round(side * 0.62)))
        parts = [frame[box].astype(int) for frame in self.frames]
        return np.array([(np.abs(part - (0x8C, 0x2F, 0x3C)).sum(axis=2) < 60).sum() for part in parts], np.float64)


Say = Callable[..., tuple[Talked, Clip]]


@pytest.fixture(scope="session")
def troupe() -> type[Troupe]:
    return Troupe


@pytest.fixture(scope="session")
def photo() -> Pixels:
    """A photo of a face as pixels."""
    return np.asarray(Image.open(io.BytesIO(Troupe.photo(256))).convert("RGB"))


@pytest.fixture
def say(desk: DeskContext) -> Say:
    """Let a face say a speech at the desk; files are given as bytes."""

    def _say(speech: Speech | bytes, **ask: Any) -> tuple[Talked, Clip]:
        wav = speech if isinstance(speech, bytes) else speech.wav
        kinds = {"portrait": "image/png", "clip": "video/mp4"}
        files = {name: desk.save(ask.pop(name), kind).id for name, kind in kinds.items() if name in ask}
        made = talk(desk, Talk(speech=desk.save(wav, "audio/wav").id, **files, **{"fps": 15, **ask}))
        return made, Clip(desk.open(made.asset("clip").id))

    return _say
