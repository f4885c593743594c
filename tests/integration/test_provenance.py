"""Credentials through the real queues: a picture in a clip in a film, and a vendor's own in what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from mediamill.provenance.claim import Claim
from mediamill.provenance.development import Drawn, draw
from mediamill.provenance.reading import read
from mediamill.provenance.report import Credentials, Verdict
from mediamill.provenance.signer import open_signer
from mediamill.queues.manifest import Making
from mediamill.settings import Settings
from mediamill_testing.harness import Mill
from mediamill_testing.plugin import signing_by
from mediamill_testing.vendor import media
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.server import OpenAIServer

MillOf = Callable[..., Mill]
SIZE = [64, 64]
PNG = "image/png"


def made(mill: Mill, kind: str, input: dict[str, Any], **facts: Any) -> dict[str, dict[str, Any]]:
    """Run a job and give its assets by their roles."""
    job = mill.accept(kind, input, **facts)
    mill.work_until_idle(60)
    row = mill.job(job)
    assert row.state == "succeeded", row.error
    return {asset["role"]: {**asset, "job": row} for asset in row.output["assets"]}


def credentials(mill: Mill, asset: dict[str, Any], drawn: Drawn) -> Credentials:
    found = read(mill.store.path(asset["sha256"]), asset["media_type"], drawn.root)
    assert (found.verdict, found.problems) == (Verdict.TRUSTED, ())
    return found


def tree(found: Credentials, number: int = 0) -> Iterator[tuple[str, str]]:
    """Give each step of the history: what was made, and what it was to what was made of it."""
    record = found.history[number]
    kind = next(deed.kind for deed in record.deeds if deed.kind)
    for source in record.sources:
        assert source.verdict is Verdict.TRUSTED
        below = next(index for index, other in enumerate(found.history) if other.id == source.record)
        yield kind, source.relationship
        yield from tree(found, below)
    if not record.sources:
        yield kind, ""


def test_a_film_tells_of_its_clips_their_pictures_and_the_characters_in_them(mill_of: MillOf, drawn: Drawn) -> None:
    mill = mill_of("image", "video", "merge", **signing_by(drawn))
    portrait = made(mill, "image.character", {"name": "Pim", "description": "a robot", "size": SIZE})["portrait"]
    picture = made(mill, "image.generate", {"prompt": "Pim by a lake", "size": SIZE, "references": [portrait["id"]]})
    ask = {"image": picture["image"]["id"], "layers": picture["layers"]["id"], "seconds": 0.5, "size": SIZE}
    clip = made(mill, "video.generate", ask)["clip"]

    film = made(mill, "merge.concat", {"clips": [clip["id"], clip["id"]]})["film"]

    assert film["job"].output["copied"], "signed clips are still joined without coding them again"
    drawing = [("video.generate", "componentOf"), ("image.generate", "inputTo"), ("image.character", "")]
    assert list(tree(credentials(mill, film, drawn))) == [("merge.concat", "componentOf"), *drawing, *drawing]


def test_the_same_work_again_makes_the_same_assets_all_the_way(mill_of: MillOf, drawn: Drawn) -> None:
    mill = mill_of("image", "video", **signing_by(drawn))
    clips = []
    for _ in range(2):
        picture = made(mill, "image.generate", {"prompt": "a hill", "size": SIZE, "seed": 1})["image"]
        clips.append(made(mill, "video.generate", {"image": picture["id"], "seconds": 0.5, "size": SIZE})["clip"])

    assert clips[0]["id"] == clips[1]["id"]
    assert clips[0]["job"].id != clips[1]["job"].id


def test_sounds_carry_credentials_but_in_ogg_which_has_no_place_for_them(mill_of: MillOf, drawn: Drawn) -> None:
    mill = mill_of("audio", **signing_by(drawn))
    ask = {"mood": "calm", "seconds": 2}

    mp3, flac, ogg = (made(mill, "audio.music", {**ask, "format": name})["music"] for name in ("mp3", "flac", "opus"))

    for music in (mp3, flac):
        assert [deed.source_type for deed in credentials(mill, music, drawn).history[0].deeds] == ["algorithmicMedia"]
    path = mill.store.path(ogg["sha256"])
    assert read(path, ogg["media_type"], drawn.root).verdict is Verdict.UNSUPPORTED
    assert b"c2pa" not in path.read_bytes()


def test_a_vendors_own_credentials_stay_in_the_original_and_come_along_in_what_is_made_of_it(
    mill_of: MillOf, drawn: Drawn, openai_vendor: OpenAIServer, tmp_path: Path
) -> None:
    theirs = open_signer(Settings(**signing_by(draw("vendor"))))
    assert theirs is not None
    (tmp_path / "drawn.png").write_bytes(media.png(96, 64))
    theirs.sign(tmp_path / "drawn.png", tmp_path / "sold.png", Claim("a.b", "c", "d", Making.GENERATED, PNG))
    openai_vendor.catalogue["gpt-image-2.6-flare"] = Product(price=Decimal("0.02"), file=str(tmp_path / "sold.png"))
    mill = mill_of("image", **signing_by(drawn))

    picture = made(mill, "image.generate", {"prompt": "a fox", "size": SIZE}, provider="openai")["image"]

    ours = credentials(mill, picture, drawn).history
    (source,) = ours[0].sources
    assert mill.store.path(str(source.sha256)).read_bytes() == (tmp_path / "sold.png").read_bytes()
    assert (source.relationship, source.verdict, source.record) == ("componentOf", Verdict.UNTRUSTED, ours[1].id)
    assert (ours[0].deeds[0].agent, ours[0].deeds[0].source_type) == ("gpt-image-2.6-flare", "trainedAlgorithmicMedia")
    assert ours[1].signature is not None
    assert ours[1].signature.name == "vendor, development"
