"""The last look lets good clips through and nothing that is broken, and says what it measured."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from mediamill.errors import OutputRejected
from mediamill_av.record import Reel, record
from mediamill_media.lipsync.faces.frames import coded
from mediamill_media.lipsync.faces.marks import drawn_face
from mediamill_media.lipsync.faces.mesh import finder
from mediamill_media.lipsync.gate.check import Wanted, check
from mediamill_media.lipsync.gate.looking import DrawnLook, Look, MeshLook
from mediamill_media.lipsync.puppets.drawn import DrawnPuppet
from mediamill_media.lipsync.puppets.photo import PhotoPuppet
from mediamill_media.lipsync.puppets.pose import Acting
from mediamill_media.lipsync.speech.heard import Heard, hear
from mediamill_media.lipsync.speech.listened import listened
from mediamill_media.lipsync.speech.mouth import Grid, frames_of

FPS, SIDE = 15, 144


class Scene(NamedTuple):
    """A puppet and the speech that it says."""

    puppet: Any
    look: Callable[[], Look]
    heard: Heard


@pytest.fixture(scope="module", params=["drawn", "photo"])
def scene(request: pytest.FixtureRequest, troupe: Any, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("scene")
    (folder / "speech.wav").write_bytes(troupe.speech(6).wav)
    heard = hear(folder / "speech.wav", folder)
    if request.param == "drawn":
        face = drawn_face(json.dumps({"faces": [troupe.face(SIDE)]}), (SIDE, SIDE), None)
        puppet = DrawnPuppet(np.asarray(Image.open(io.BytesIO(troupe.drawn(SIDE))).convert("RGB")), face)
        return Scene(puppet, lambda: DrawnLook(face, (SIDE, SIDE)), heard)
    photo = np.asarray(Image.open(io.BytesIO(troupe.photo(SIDE))).convert("RGB"))
    found = finder().find(photo)
    assert found is not None
    return Scene(PhotoPuppet(photo, found.points), MeshLook, heard)


def film(scene: Scene, folder: Path, defect: str = "") -> tuple[Path, Wanted]:
    """Film a scene with a defect; what is wanted is the film as it should be."""
    reel = Reel((SIDE, SIDE), FPS, frames_of(scene.heard.samples, FPS))
    track = listened(scene.heard.samples, Grid(FPS, reel.frames))
    acting, shift = Acting(3, track.loud, FPS, 1.0), {"mouth late": 6, "mouth early": -6}.get(defect, 0)
    numbers = np.clip(np.arange(reel.frames) - shift, 0, reel.frames - 1)
    mouths = [track.at(0 if defect == "frozen mouth" else int(number)) for number in numbers]
    frames = (coded(scene.puppet.show(mouth, acting.at(number))) for number, mouth in enumerate(mouths))
    target, sound = folder / "clip.mp4", folder / "sound.f32"
    samples = np.fromfile(scene.heard.raw, np.float32).reshape(-1, 2)
    shifted = {
        "sound late": np.roll(samples, 48_000 // 4, axis=0),
        "another sound": samples[::-1],
        "silent": samples * 0,
    }
    shifted.get(defect, samples).astype(np.float32).tofile(sound)
    done = reel._replace(frames=reel.frames - 3) if defect == "cut short" else reel
    record(done, (frame for frame, _ in zip(frames, range(done.frames), strict=False)), target,
           None if defect == "no sound" else sound)  # fmt: skip
    wanted = reel._replace(size=(SIDE, SIDE + 2)) if defect == "wrong size" else reel
    return target, Wanted(wanted, scene.heard.samples, track)


def test_a_good_clip_passes_with_what_was_measured(scene: Scene, tmp_path: Path) -> None:
    measured = check(*film(scene, tmp_path), scene.look())

    assert measured.openness is not None
    assert measured.openness > 0.15
    assert measured.correlation is not None
    assert measured.correlation > 0.8
    assert abs(measured.offset_s or 0) <= 0.05


DEFECTS = {
    "frozen mouth": "hardly moves",
    "mouth late": "late to the speech",
    "mouth early": "late to the speech",
    "sound late": "away from the speech",
    "another sound": "away from the speech",
    "silent": "silent",
    "no sound": "not picture and sound",
    "cut short": "frames of",
    "wrong size": "144x144, not",
}


@pytest.mark.parametrize(
    ("scene", "defect"),
    [*(("drawn", defect) for defect in sorted(DEFECTS)), ("photo", "frozen mouth"), ("photo", "mouth late")],
    indirect=["scene"],
)
def test_what_is_broken_is_refused_with_what_was_measured(scene: Scene, tmp_path: Path, defect: str) -> None:
    clip, wanted = film(scene, tmp_path, defect)

    with pytest.raises(OutputRejected, match=DEFECTS[defect]):
        check(clip, wanted, scene.look())


def test_a_clip_in_which_no_face_is_seen_is_refused(tmp_path: Path, troupe: Any) -> None:
    (tmp_path / "speech.wav").write_bytes(troupe.speech(3).wav)
    heard = hear(tmp_path / "speech.wav", tmp_path)
    reel = Reel((SIDE, SIDE), 10, frames_of(heard.samples, 10))
    record(reel, [np.full(SIDE * SIDE * 3 // 2, 128, np.uint8)] * reel.frames, tmp_path / "grey.mp4", heard.raw)

    with pytest.raises(OutputRejected, match="A face is seen in 0 of"):
        check(
            tmp_path / "grey.mp4",
            Wanted(reel, heard.samples, listened(heard.samples, Grid(10, reel.frames))),
            MeshLook(),
        )
