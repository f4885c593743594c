from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediamill.errors import BadMedia
from mediamill.processes import ProcessOwner, Stopped, owning
from mediamill_media.audio.signal import RATE, no_tick
from mediamill_media.audio.signal.ffmpeg import decode, encode
from mediamill_media.audio.signal.files import raw, write_wav


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(4 * RATE) / RATE)
    return write_wav(tmp_path / "tone.wav", wave.astype(np.float32)[:, None])


def read(path: Path, most_s: float = 60) -> Any:
    return raw(decode(path, path.with_suffix(".f32"), most_s=most_s, what="it", tick=no_tick))


@pytest.mark.parametrize("name", ["wav", "mp3", "flac", "opus"])
def test_what_is_written_can_be_read_and_mono_keeps_its_loudness_on_two_channels(wav: Path, name: str) -> None:
    sound = read(encode(wav, name, no_tick))

    assert len(sound) / RATE == pytest.approx(4, abs=0.06)
    assert sound.shape[1] == 2
    assert np.abs(sound[RATE : 2 * RATE]).max() == pytest.approx(0.3 / np.sqrt(2), abs=0.02)


def test_no_more_is_decoded_than_is_needed(wav: Path) -> None:
    assert len(read(wav, most_s=1.5)) / RATE == pytest.approx(1.5, abs=0.001)


def test_a_streamed_wav_that_does_not_know_its_length_is_read(wav: Path) -> None:
    content = bytearray(wav.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    wav.write_bytes(content)

    assert len(read(wav)) == 4 * RATE


def test_a_file_that_was_cut_off_is_not_taken_for_a_shorter_one(wav: Path) -> None:
    wav.write_bytes(wav.read_bytes()[:100_000])

    with pytest.raises(BadMedia, match="it: it is damaged or cut off after about 1"):
        read(wav)


@pytest.mark.parametrize("content", [b"", b"<html></html>", bytes(range(256)) * 40], ids=["empty", "html", "junk"])
def test_what_is_no_sound_is_bad_media(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sound.mp3"
    path.write_bytes(content)

    with pytest.raises(BadMedia, match="no sound file"):
        read(path)


def test_a_playlist_cannot_make_us_read_another_file(wav: Path, tmp_path: Path) -> None:
    playlist = tmp_path / "list.wav"
    playlist.write_text(f"ffconcat version 1.0\nfile {wav}\n")

    with pytest.raises(BadMedia):
        read(playlist)


def test_a_stopped_job_decodes_nothing(wav: Path) -> None:
    owner = ProcessOwner()

    owner.stop()

    with owning(owner), pytest.raises(Stopped):
        read(wav)
