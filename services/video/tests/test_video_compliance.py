"""Every vendor of clips is bought from as it must be: the compliance suite, on the real engine and vendor servers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from sqlalchemy import func, update

from mediamill.assets.keep import keep
from mediamill.jobs.states import FINAL
from mediamill.providers.model import PredictionRow
from mediamill_av.record import Reel
from mediamill_media.video.camera.refit import refit
from mediamill_testing.exercising import TRIALS, Stand, Trial, exercise_provider, name_of
from mediamill_testing.harness import Mill
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.server import FalServer, VendorServer

MillOf = Callable[[str], Mill]
every_trial = pytest.mark.parametrize("trial", TRIALS, ids=name_of)
EACH = Decimal("0.036")
SEEDANCE = {"replicate": "bytedance/seedance-1-lite", "fal": "fal-ai/bytedance/seedance/v1/lite/image-to-video"}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds and a bit, as a vendor makes them."""
    raw, target = tmp_path_factory.mktemp("clip") / "raw.mp4", tmp_path_factory.mktemp("clip") / "clip.mp4"
    with av.open(str(raw), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 128, 72, "yuv420p"  # type: ignore[misc]  # PyAV's own way
        for number in range(50):
            pixels = np.full((72, 128, 3), (number * 5, 90, 90), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    refit([raw], Reel((128, 72), 24, 50), target, lambda _: None)
    return target


def stand(mill: Mill, server: Any, clip: Path, studio: Any, seconds: float = 2.0, pieces: int = 1) -> Stand:
    """Give a stand for a clip of a picture, where each piece is billed by the vendor as its seconds are."""
    each = EACH * int(np.ceil(seconds)) / pieces
    server.catalogue[SEEDANCE[server.vendor]] = Product(price=each, makes="video/mp4", file=str(clip))
    blob = mill.store.put([studio.png(studio.texture(320, 180))])
    image = mill.db.run(
        lambda c: keep(c, mill.tenant, blob, media_type="image/png", width=320, height=180, duration_s=None)
    )
    ask = {"image": str(image.id), "seconds": seconds, "size": [128, 72], "fps": 24, "prompt": "a fox"}
    return Stand(mill, server, "video.generate", ask, as_it_came=False)


@every_trial
def test_replicate_complies(trial: Trial, mill_of: MillOf, vendor: VendorServer, clip: Path, studio: Any) -> None:
    exercise_provider(trial, stand(mill_of("video"), vendor, clip, studio))


@every_trial
def test_fal_complies(trial: Trial, mill_of: MillOf, fal_vendor: FalServer, clip: Path, studio: Any) -> None:
    exercise_provider(trial, stand(mill_of("video"), fal_vendor, clip, studio))


def test_a_clip_longer_than_a_vendor_films_is_filmed_in_pieces_each_from_where_the_last_one_ended(
    mill_of: MillOf, vendor: VendorServer, clip: Path, studio: Any
) -> None:
    mill = mill_of("video")
    wanted = stand(mill, vendor, clip, studio, 14, pieces=2)
    accepted = wanted.accept()

    time_flies = update(PredictionRow).where(PredictionRow.next_at.is_not(None)).values(next_at=func.now())
    while mill.state_of(accepted) not in FINAL:
        mill.turn()
        mill.db.run(lambda connection: connection.execute(time_flies))

    job = mill.job(accepted)

    first, second = vendor.bill.sales()
    assert [sale.input["duration"] for sale in (first, second)] == [7, 7]
    assert first.input["image"] != second.input["image"]
    assert second.input["image"].startswith("data:image/png;base64,")
    # The vendor's pieces are two seconds each: too short for what was asked, which is refused and not stretched.
    assert (job.state, job.error["code"]) == ("failed", "bad-media")
    assert job.cost == vendor.bill.total()
