"""Every vendor of talking faces is bought from as it must be: the compliance suite, on the real engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import func, update

from mediamill.jobs.states import FINAL
from mediamill.providers.model import PredictionRow
from mediamill_av.record import Reel, record
from mediamill_media.lipsync.contract import Talk
from mediamill_media.lipsync.faces.frames import coded, from_rgb
from mediamill_media.lipsync.handlers import talk
from mediamill_testing.desk import DeskContext
from mediamill_testing.exercising import TRIALS, Stand, Trial, exercise_provider, name_of
from mediamill_testing.harness import Mill
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.server import FalServer, VendorServer

MillOf = Callable[[str], Mill]
every_trial = pytest.mark.parametrize("trial", TRIALS, ids=name_of)
FABRIC = Decimal("0.15")
FILMS = {"replicate": "sync/lipsync-2", "fal": "fal-ai/sync-lipsync/v2"}
PICTURES = "veed/fabric-1.0"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory, troupe: Any) -> Path:
    """A photo that says the speech of these tests, as a vendor might film it."""
    desk = DeskContext(tmp_path_factory.mktemp("vendor"))
    photo, speech = desk.save(troupe.photo(128), "image/png").id, desk.save(troupe.speech(3).wav, "audio/wav").id
    return desk.open(talk(desk, Talk(portrait=photo, speech=speech, fps=20)).asset("clip").id)


def stand(mill: Mill, server: Any, theirs: Path, troupe: Any, shown: str = "portrait") -> Stand:
    """Give a stand for a face that talks, where the vendor bills by the second."""
    speech = troupe.speech(3)
    price = (FABRIC if shown == "portrait" else Decimal("0.05")) * Decimal(str(round(speech.seconds * 10) / 10))
    model = PICTURES if shown == "portrait" else FILMS[server.vendor]
    server.catalogue[model] = Product(price=price, makes="video/mp4", file=str(theirs))
    face = (troupe.drawn(96), "image/png") if shown == "portrait" else (theirs.read_bytes(), "video/mp4")
    ask = {shown: mill.give(*face), "speech": mill.give(speech.wav, "audio/wav"), "fps": 10}
    return Stand(mill, server, "lipsync.talk", ask, as_it_came=False)


def through(wanted: Stand) -> Any:
    """Run a job to its end; what waits for a vendor is looked at at once."""
    accepted = wanted.accept()
    time_flies = update(PredictionRow).where(PredictionRow.next_at.is_not(None)).values(next_at=func.now())
    while wanted.mill.state_of(accepted) not in FINAL:
        wanted.mill.turn()
        wanted.mill.db.run(lambda connection: connection.execute(time_flies))
    return wanted.mill.job(accepted)


@every_trial
def test_replicate_complies(trial: Trial, mill_of: MillOf, vendor: VendorServer, theirs: Path, troupe: Any) -> None:
    exercise_provider(trial, stand(mill_of("lipsync"), vendor, theirs, troupe))


@every_trial
def test_fal_complies(trial: Trial, mill_of: MillOf, fal_vendor: FalServer, theirs: Path, troupe: Any) -> None:
    exercise_provider(trial, stand(mill_of("lipsync"), fal_vendor, theirs, troupe))


def test_a_film_goes_to_the_model_that_takes_films_and_its_mouth_is_looked_at(
    mill_of: MillOf, vendor: VendorServer, theirs: Path, troupe: Any
) -> None:
    job = through(stand(mill_of("lipsync"), vendor, theirs, troupe, "clip"))

    (sale,) = vendor.bill.sales()
    assert (job.state, job.error) == ("succeeded", None)
    assert sale.model == "sync/lipsync-2"
    assert {name: str(value)[:15] for name, value in sale.input.items()} == {
        "video": "data:video/mp4;",
        "audio": "data:audio/mpeg",
        "sync_mode": "bounce",
    }
    assert job.output["measured"]["correlation"] > 0.5
    assert (job.output["shown"], job.output["cues"]) == ("clip", None)
    assert job.cost == sale.billed


def test_a_vendor_s_film_whose_mouth_stands_still_is_refused_and_never_bought_again(
    mill_of: MillOf, vendor: VendorServer, theirs: Path, troupe: Any, tmp_path: Path
) -> None:
    wanted = stand(mill_of("lipsync"), vendor, theirs, troupe)
    wanted.input = {**wanted.input, "portrait": wanted.mill.give(troupe.photo(128), "image/png")}
    photo = cv2.cvtColor(cv2.imdecode(np.frombuffer(troupe.photo(128), np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    record(Reel((128, 128), 10, 12), [coded(from_rgb(np.asarray(photo, np.uint8)))] * 12, tmp_path / "still.mp4")
    vendor.catalogue[PICTURES] = replace(vendor.catalogue[PICTURES], file=str(tmp_path / "still.mp4"))

    job = through(wanted)

    assert (job.state, job.error["code"]) == ("failed", "output-rejected")
    assert "hardly moves" in job.error["message"]
    assert job.cost == vendor.bill.total() > 0
    assert len(vendor.bill.sales()) == 1


def test_a_picture_without_a_face_is_refused_before_anything_is_bought(
    mill_of: MillOf, vendor: VendorServer, theirs: Path, troupe: Any
) -> None:
    wanted = stand(mill_of("lipsync"), vendor, theirs, troupe)
    wanted.input = {**wanted.input, "portrait": wanted.mill.give(troupe.drawn(96, faces=[]), "image/png")}

    job = through(wanted)

    assert (job.state, job.error["code"], job.error["class"]) == ("failed", "no-face", "permanent")
    assert (vendor.bill.sales(), job.cost) == ([], 0)
