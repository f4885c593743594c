from __future__ import annotations

import os
import random
import socket
import time
from pathlib import Path

import pytest

from mediamill.errors import BadMedia, Permanent, Transient, Unavailable
from mediamill.processes import ProcessOwner, Stopped, owning
from mediamill_av.ffmpeg import binary
from mediamill_av.probe import probe
from mediamill_av.runner import Command, reading, run

PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:{port}/stolen.ts\n#EXT-X-ENDLIST\n"


def decode(path: Path) -> None:
    run(Command(what="decode", arguments=(*reading(path), "-map", "0", "-threads", "1"), wall_s=20))


@pytest.fixture
def hostile(media: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    whole = (media / "counting.mp4").read_bytes()
    dice = random.Random(7)
    contents = {
        "zero bytes": b"",
        "html": b"<!doctype html><html><body>404 not found</body></html>" * 50,
        "playlist": PLAYLIST.format(port=9).encode(),
        "concat script": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        "noise": dice.randbytes(50_000),
        "headless": whole[len(whole) // 2 :],
        "truncated": whole[: len(whole) // 2],
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
    }
    path = tmp_path / "upload.mp4"
    path.write_bytes(contents[request.param])
    return path


@pytest.mark.parametrize(
    "hostile",
    ["zero bytes", "html", "playlist", "concat script", "noise", "headless", "truncated", "svg"],
    indirect=True,
)
def test_what_is_no_whole_media_file_ends_as_bad_media_soon(hostile: Path) -> None:
    began = time.monotonic()

    with pytest.raises(BadMedia):
        decode(hostile)

    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "hostile", ["zero bytes", "html", "playlist", "concat script", "noise", "headless", "svg"], indirect=True
)
def test_the_probe_refuses_what_is_not_media(hostile: Path) -> None:
    with pytest.raises(BadMedia, match="the upload is not media"):
        probe(hostile, "the upload")


def test_flipped_bytes_are_not_taken_for_a_good_clip(media: Path, tmp_path: Path) -> None:
    content = bytearray((media / "counting.mp4").read_bytes())
    dice = random.Random(3)
    for _ in range(400):
        content[dice.randrange(len(content) // 4, len(content))] ^= 0xFF
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)

    with pytest.raises(BadMedia):
        decode(broken)


def test_a_playlist_in_disguise_connects_nowhere(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        path = tmp_path / "clip.mp4"
        path.write_text(PLAYLIST.format(port=listener.getsockname()[1]))

        with pytest.raises(BadMedia):
            decode(path)
        with pytest.raises(BadMedia):
            probe(path)

        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_picture_too_large_is_refused_from_its_header(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    huge = "color=c=gray:s=9000x6000,format=gray"
    run(
        Command(
            what="make",
            arguments=("-f", "lavfi", "-i", huge, "-frames:v", "1", "-f", "image2pipe", "-c:v", "png"),
            output=path,
            foreign=False,
        )
    )

    with pytest.raises(BadMedia, match="9000x6000"):
        probe(path)


def test_a_file_that_is_gone_is_no_fault_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(Transient):
        decode(tmp_path / "gone.mp4")


def test_an_error_names_no_folder_of_this_machine(media: Path, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"nothing")

    with pytest.raises(BadMedia) as refused:
        decode(path)

    assert str(tmp_path) not in str(refused.value)


def endless(**limits: float) -> Command:
    return Command(
        what="endless",
        arguments=("-f", "lavfi", "-i", "testsrc2=s=640x360", "-c:v", "libx264", "-threads", "1", "-f", "mp4"),
        foreign=False,
        **limits,  # type: ignore[arg-type]
    )


def test_what_never_ends_is_ended_by_the_wall_clock(tmp_path: Path) -> None:
    command = endless(wall_s=0.7)
    began = time.monotonic()

    with pytest.raises(Transient, match="not done after"):
        run(command)

    assert time.monotonic() - began < 5


def test_what_burns_too_much_time_is_ended_by_its_own_limit() -> None:
    with pytest.raises(Permanent):
        run(endless(cpu_s=1, wall_s=60))


def test_a_stopped_job_takes_its_ffmpeg_with_it(tmp_path: Path) -> None:
    owner = ProcessOwner()
    told: list[float] = []

    def stop(fraction: float) -> None:
        told.append(fraction)
        owner.stop()

    output = tmp_path / "out.mp4"
    command = Command(what="endless", arguments=endless().arguments, output=output, foreign=False)

    with pytest.raises(Stopped), owning(owner):
        run(command, stop)

    assert told
    assert list(tmp_path.iterdir()) == []


def test_too_few_frames_are_a_failure_that_leaves_no_file(media: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    arguments = (*reading(media / "red.mp4"), "-c", "copy", "-f", "mp4")

    with pytest.raises(BadMedia, match="60 frames came out instead of 90"):
        run(Command(what="copy", arguments=arguments, output=output, frames=90))

    assert list(tmp_path.iterdir()) == []


def test_progress_only_grows_and_ends_at_one(media: Path, tmp_path: Path) -> None:
    told: list[float] = []
    arguments = (*reading(media / "counting.mp4"), "-c:v", "libx264", "-f", "mp4")

    done = run(Command(what="encode", arguments=arguments, output=tmp_path / "o.mp4", frames=90), told.append)

    assert done.frames == 90
    assert told == sorted(told)
    assert told[-1] == 1


def test_the_ffmpeg_is_the_one_named_or_the_one_brought_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("MEDIAMILL_FFMPEG", raising=False)

    found = binary()

    assert found.origin == "imageio_ffmpeg"
    assert os.access(found.path, os.X_OK)
    assert found.version
    monkeypatch.setenv("MEDIAMILL_FFMPEG", "/nowhere/ffmpeg")
    with pytest.raises(Unavailable, match="MEDIAMILL_FFMPEG"):
        binary()
