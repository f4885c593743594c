from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from mediamill_av.house import video_arguments
from mediamill_av.runner import Command, run

SIZE = "320x180"
# The picture's brightness tells its frame: 20 + 2 a frame.
COUNTING = f"color=c=black:s={SIZE}:r=30,format=yuv420p,geq=lum='20+2*N':cb=128:cr=128"


class Look:
    """How a test looks at a film."""

    @staticmethod
    def luma(path: Path) -> npt.NDArray[np.float64]:
        """Give the mean brightness of each frame."""
        with av.open(str(path)) as container:
            return np.array([frame.to_ndarray()[: frame.height].mean() for frame in container.decode(video=0)])

    @staticmethod
    def frame(path: Path) -> npt.NDArray[np.float64]:
        """Give the brightness of the first frame's pixels."""
        with av.open(str(path)) as container:
            return next(container.decode(video=0)).to_ndarray(format="gray").astype(np.float64)

    @staticmethod
    def colours(path: Path) -> npt.NDArray[np.float64]:
        """Give the mean red, green and blue of each frame."""
        with av.open(str(path)) as container:
            return np.array([frame.to_ndarray(format="rgb24").mean(axis=(0, 1)) for frame in container.decode(video=0)])

    @staticmethod
    def times(path: Path) -> list[float]:
        """Give the time of each frame."""
        with av.open(str(path)) as container:
            return [float(frame.time or 0.0) for frame in container.decode(video=0)]

    @staticmethod
    def sound(path: Path) -> npt.NDArray[np.float64]:
        """Give the samples as one channel, on the film's clock."""
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            rate, out = stream.rate, np.zeros(0)
            plain = av.AudioResampler("fltp", "mono", rate)
            for frame in (part for whole in container.decode(stream) for part in plain.resample(whole)):
                at = round(float(frame.time or 0.0) * rate)
                out.resize(max(len(out), at + frame.samples), refcheck=False)
                out[at : at + frame.samples] = frame.to_ndarray()[0]
            return out

    @staticmethod
    def rms_db(samples: npt.NDArray[np.float64], start_s: float, end_s: float, rate: int = 48_000) -> float:
        """Give the level between two times, in dB below full scale."""
        part = samples[round(start_s * rate) : round(end_s * rate)]
        return float(20 * np.log10(np.sqrt(np.mean(part**2)) + 1e-9))

    @staticmethod
    def atoms(path: Path) -> list[str]:
        """Give the names of an mp4's outermost boxes, in order."""
        data, at, names = path.read_bytes(), 0, []
        while at < len(data):
            size, name = struct.unpack(">I4s", data[at : at + 8])
            names.append(name.decode())
            at += size or len(data)
        return names


class Bench:
    """How a test makes a file."""

    size = SIZE

    @staticmethod
    def make(output: Path, *arguments: str) -> Path:
        return make(output, *arguments)

    @staticmethod
    def lavfi(source: str) -> tuple[str, ...]:
        return lavfi(source)


@pytest.fixture
def look() -> Look:
    return Look()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def make(output: Path, *arguments: str) -> Path:
    run(Command(what=f"make {output.name}", arguments=arguments, output=output, foreign=False))
    return output


def lavfi(source: str) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", source)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of clips: counting, colours, sounds and a picture."""
    folder = tmp_path_factory.mktemp("media")
    house = (*video_arguments(30), "-f", "mp4")
    make(folder / "counting.mp4", *lavfi(COUNTING), "-t", "3", *house)
    for name, colour in {"red": "0xC03020", "blue": "0x2040C0"}.items():
        make(folder / f"{name}.mp4", *lavfi(f"color=c={colour}:s={SIZE}:r=30"), "-t", "2", *house)
    make(
        folder / "small.webm",
        *(*lavfi("testsrc2=s=160x120:r=25"), *lavfi("sine=f=440:r=44100")),
        *("-t", "2", "-c:v", "libvpx-vp9", "-cpu-used", "8", "-c:a", "libopus", "-f", "webm"),
    )
    make(folder / "still.png", *lavfi("testsrc2=s=400x300"), "-frames:v", "1", "-f", "image2pipe", "-c:v", "png")
    make(folder / "tone.wav", *lavfi("sine=f=330:r=48000"), "-t", "6", "-f", "wav")
    make(folder / "noise.mp3", *lavfi("anoisesrc=c=pink:a=0.5:seed=1"), "-t", "3", "-f", "mp3")
    voice = "sine=f=220:r=48000,volume='between(t,2,4)':eval=frame"
    make(folder / "voice.wav", *lavfi(voice), "-t", "6", "-f", "wav")
    return folder
