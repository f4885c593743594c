"""Signed files, read back by the real library: whole, changed, stripped, signed by somebody else, or made to harm."""

from __future__ import annotations

import hashlib
import io
import socket
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from mediamill.provenance.apart import Broken, read_apart
from mediamill.provenance.claim import Claim, Ingredient
from mediamill.provenance.development import Drawn, draw
from mediamill.provenance.reading import read
from mediamill.provenance.report import Verdict
from mediamill.provenance.signer import CannotSign, Signer, open_signer
from mediamill.provenance.signing import MOST_ADDED_BYTES
from mediamill.queues.manifest import Making
from mediamill.settings import Settings
from mediamill_testing.plugin import signing_by
from mediamill_testing.workshop.handlers import sound

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
PNG = "image/png"
Signed = Callable[..., Path]


@pytest.fixture(scope="module")
def signer(drawn: Drawn) -> Signer:
    return opened(drawn)


@pytest.fixture
def signed(signer: Signer, tmp_path: Path) -> Signed:
    """Gives a signed picture."""

    def make(
        name: str = "signed", *ingredients: Ingredient, by: Signer = signer, making: Making = Making.DRAWN
    ) -> Path:
        source = tmp_path / "source"
        source.write_bytes(picture(PNG))
        by.sign(source, tmp_path / name, Claim("image.generate", "local", None, making, PNG, ingredients))
        return tmp_path / name

    return make


def opened(drawn: Drawn) -> Signer:
    signer = open_signer(Settings(**signing_by(drawn)))
    assert signer is not None
    return signer


def picture(media_type: str, size: int = 16) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((size, size), 50).convert("RGB").save(out, FORMATS[media_type])
    return out.getvalue()


def of(path: Path, *, is_ours: bool, media_type: str = PNG) -> Ingredient:
    return Ingredient(path, hashlib.sha256(path.read_bytes()).hexdigest(), media_type, is_ours)


def stripped(png: bytes) -> bytes:
    """Take the chunk of the credentials out of a PNG, as any editor does that does not know it."""
    out, place = png[:8], 8
    while place < len(png):
        length = struct.unpack(">I", png[place : place + 4])[0]
        out += b"" if png[place + 4 : place + 8] == b"caBX" else png[place : place + 12 + length]
        place += 12 + length
    return out


@pytest.mark.parametrize("media_type", [*FORMATS, "audio/wav"])
def test_every_type_of_ours_is_signed_and_trusted(
    signer: Signer, drawn: Drawn, tmp_path: Path, media_type: str
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(sound("hello") if media_type == "audio/wav" else picture(media_type))

    signer.sign(source, target, Claim("image.generate", "local", None, Making.DRAWN, media_type))

    found = read(target, media_type, drawn.root)
    assert (found.verdict, found.problems) == (Verdict.TRUSTED, ())
    assert [deed.source_type for deed in found.history[0].deeds] == ["algorithmicMedia"]


def test_a_changed_a_stripped_and_a_foreign_file_are_told_apart(signed: Signed, drawn: Drawn, tmp_path: Path) -> None:
    whole = signed()
    changed, bare = tmp_path / "changed", tmp_path / "bare"
    content = bytearray(whole.read_bytes())
    content[content.rindex(b"IDAT") + 40] ^= 1
    changed.write_bytes(content)
    bare.write_bytes(stripped(whole.read_bytes()))
    foreign = signed("foreign", by=opened(draw("somebody else")))

    verdicts = [read(path, PNG, drawn.root).verdict for path in (whole, changed, bare, foreign)]

    assert verdicts == [Verdict.TRUSTED, Verdict.TAMPERED, Verdict.MISSING, Verdict.UNTRUSTED]
    assert "assertion.dataHash.mismatch" in [problem.code for problem in read(changed, PNG, drawn.root).problems]


def test_credentials_that_were_moved_to_another_file_do_not_fit_it(
    signed: Signed, drawn: Drawn, tmp_path: Path
) -> None:
    whole = signed().read_bytes()
    place = whole.index(b"caBX") - 4
    chunk = whole[place : place + 12 + struct.unpack(">I", whole[place : place + 4])[0]]
    other = picture(PNG, 24)
    forged = tmp_path / "forged"
    forged.write_bytes(other[:33] + chunk + other[33:])

    assert read(forged, PNG, drawn.root).verdict is Verdict.TAMPERED


@pytest.mark.parametrize(
    ("making", "relationship"),
    [
        (Making.DRAWN, "inputTo"),
        (Making.GENERATED, "inputTo"),
        (Making.COMPOSED, "componentOf"),
        (Making.EDITED, "parentOf"),
        (Making.CONVERTED, "parentOf"),
    ],
)
def test_what_an_asset_was_made_of_comes_along_with_its_own_record(
    signed: Signed, drawn: Drawn, making: Making, relationship: str
) -> None:
    part = signed("part")
    whole = read(signed("whole", of(part, is_ours=True), making=making), PNG, drawn.root)

    (source,) = whole.history[0].sources
    assert (whole.verdict, whole.problems) == (Verdict.TRUSTED, ())
    assert (source.relationship, source.verdict) == (relationship, Verdict.TRUSTED)
    assert source.sha256 == hashlib.sha256(part.read_bytes()).hexdigest()
    assert [record.id for record in whole.history] == [whole.history[0].id, source.record]


def test_credentials_of_an_upload_come_along_with_what_we_think_of_them(signed: Signed, drawn: Drawn) -> None:
    upload = signed("upload", by=opened(draw("somebody else")))

    whole = read(signed("whole", of(upload, is_ours=False)), PNG, drawn.root)

    assert whole.verdict is Verdict.TRUSTED
    assert [(source.verdict, source.record) for source in whole.history[0].sources] == [
        (Verdict.UNTRUSTED, whole.history[1].id)
    ]


@pytest.mark.parametrize("content", [b"", b"c2pa", b"\x89PNG\r\n\x1a\n" + b"c2pa" * 99, picture(PNG)[:-9] + b"c2pa"])
def test_an_upload_that_cannot_be_read_is_told_of_by_its_hash(
    signed: Signed, drawn: Drawn, tmp_path: Path, content: bytes
) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(content)

    whole = read(signed("whole", of(upload, is_ours=False)), PNG, drawn.root)

    (source,) = whole.history[0].sources
    assert whole.verdict is Verdict.TRUSTED
    assert (source.verdict, source.record) == (Verdict.MISSING, None)
    assert source.sha256 == hashlib.sha256(content).hexdigest()


def test_credentials_that_would_outweigh_a_file_are_left_with_what_it_was_made_of(
    signed: Signed, drawn: Drawn, tmp_path: Path
) -> None:
    parts = [signed(f"part {number}") for number in range(20)]

    whole = signed("whole", *(of(part, is_ours=True) for part in parts), making=Making.COMPOSED)

    found = read(whole, PNG, drawn.root)
    assert whole.stat().st_size - len(picture(PNG)) < MOST_ADDED_BYTES
    assert (found.verdict, len(found.history), len(found.history[0].sources)) == (Verdict.TRUSTED, 1, 20)


def test_a_file_that_is_not_of_its_type_cannot_be_signed(signer: Signer, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no picture")

    with pytest.raises(CannotSign, match="could not be parsed"):
        signer.sign(tmp_path / "text", tmp_path / "target", Claim("x.y", "local", None, Making.DRAWN, PNG))


def test_a_file_that_says_where_its_credentials_are_makes_nobody_look_there(drawn: Drawn, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa"
        rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        says = f'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{url}"'
        described = f'<rdf:RDF xmlns:rdf="{rdf}"><rdf:Description rdf:about="" {says}/></rdf:RDF>'
        xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{described}</x:xmpmeta>'
        body = b"iTXt" + b"XML:com.adobe.xmp\0\0\0\0\0" + xmp.encode()
        png = picture(PNG)
        path = tmp_path / "remote"
        path.write_bytes(
            png[:33] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + png[33:]
        )

        found = read_apart(path, PNG, drawn.root)

        with pytest.raises(TimeoutError):
            server.accept()
    assert found.verdict in {Verdict.MISSING, Verdict.TAMPERED}


def test_a_child_that_fails_says_why(drawn: Drawn, tmp_path: Path) -> None:
    with pytest.raises(Broken, match="FileNotFoundError"):
        read_apart(tmp_path / "nowhere", PNG, drawn.root)
