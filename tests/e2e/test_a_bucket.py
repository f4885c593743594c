"""The whole way on an object store: the stack's own programs, a bucket instead of a disk, its cache too small."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from mediamill_testing.buckets import BUCKET, Bucket, nanio
from mediamill_testing.stacks import Stack, running_stack

pytestmark = pytest.mark.xdist_group("bucket")


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A bucket whose server checks signatures."""
    with nanio(tmp_path_factory.mktemp("nanio")) as found:
        yield found


@pytest.fixture(scope="module")
def stack(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose assets are in the bucket, and whose clients are sent there."""
    settings = {**bucket.settings, "MEDIAMILL_STORE_CACHE_BYTES": "1000000", "MEDIAMILL_STORE_REDIRECTS": "1"}
    with running_stack(tmp_path_factory.mktemp("stack"), **settings) as running:
        yield running


def test_a_clip_of_an_edited_picture_is_made_signed_and_fetched_with_no_shared_disk(
    stack: Stack, bucket: Bucket
) -> None:
    picture = stack.ended(stack.submit("image.generate", {"prompt": "a fox", "size": [320, 240]})["id"])
    (drawn,) = picture["output"]["assets"][:1]
    edited = stack.ended(stack.submit("image.edit", {"images": [drawn["id"]], "prompt": "at night"})["id"])
    (night,) = edited["output"]["assets"][:1]
    clip = stack.ended(stack.submit("video.generate", {"image": night["id"], "seconds": 1, "size": [320, 240]})["id"])
    (film,) = [asset for asset in clip["output"]["assets"] if asset["media_type"] == "video/mp4"]

    fetched = httpx.get(film["url"], follow_redirects=True)
    with stack.client() as client:
        seen = client.get(f"/v1/assets/{film['id']}/provenance").json()

    assert fetched.history[0].status_code == 302
    assert fetched.content[4:8] == b"ftyp"
    assert seen["verdict"] in {"trusted", "untrusted"}
    assert any(record["sources"] for record in seen["history"])
    assert Image.open(io.BytesIO(httpx.get(night["url"], follow_redirects=True).content)).size == (320, 240)
    assert not any(path.is_file() for path in (Path(stack.data) / "assets").rglob("*"))
    assert sum(path.is_file() for path in (bucket.folder / "buckets" / BUCKET / "of").rglob("*")) >= 3
