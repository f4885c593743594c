"""Materials are files from outside: what they say is taken out of them, and whatever else they are is refused."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter

from mediamill.errors import UnsupportedMedia
from mediamill_products.teamfit import reading
from mediamill_products.teamfit.errors import UnreadableMaterial

pytestmark = pytest.mark.anyio

SAID = "Reviews take three days because nobody feels asked."


def written(*objects: bytes) -> bytes:
    """Give a PDF of these objects, the first of which is its catalogue."""
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj %s endobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    many = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer <</Root 1 0 R/Size %d>>\n" % (many, table, many)
    return content + end + b"startxref\n%d\n%%%%EOF\n" % len(content)


def pdf(*pages: tuple[str, ...]) -> bytes:
    """Give a PDF whose pages say these lines."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * place) for place in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for place, lines in enumerate(pages):
        said = b"BT /F1 12 Tf 20 250 Td 14 TL %s ET" % b" ".join(b"(%s) Tj T*" % one.encode() for one in lines)
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % (5 + 2 * place),
            b"<</Length %d>> stream\n%s\nendstream" % (len(said), said),
        ]
    return written(*objects)


def locked() -> bytes:
    """Give a PDF that asks for a password."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf((SAID,))))
    writer.encrypt("secret", algorithm="RC4-128")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def bomb() -> bytes:
    """Give a PDF whose page is 400 MB of nothing, packed."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(1 << 24)) for _ in range(24)) + packer.flush()
    return written(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length %d/Filter/FlateDecode>> stream\n%s\nendstream" % (len(packed), packed),
    )


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "material"
        path.write_bytes(content)
        return path

    return write


async def test_a_pdf_says_what_stands_on_its_pages(file: Callable[[bytes], Path]) -> None:
    said = await reading.read_file(file(pdf((SAID,), ("We re-", "leased on a Friday."))), reading.PDF)

    assert (said.pages, said.is_cut) == (2, False)
    assert SAID in said.text
    assert "We released on a Friday." in said.text


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"%PDF-1.7 and then nothing", "cannot be read"),
        (lambda: pdf((SAID,))[:300], "cannot be read|next to nothing"),
        (locked, "password"),
        (lambda: pdf(*[(SAID,)] * 61), "more than 60 pages"),
        (lambda: pdf(()), "pictures"),
        (bomb, "too much|cannot be read|next to nothing"),
    ],
    ids=["broken", "cut", "locked", "long", "scanned", "bomb"],
)
async def test_a_pdf_that_gives_no_text_is_refused_with_why(
    file: Callable[[bytes], Path], make: Callable[[], bytes], why: str
) -> None:
    with pytest.raises(UnreadableMaterial, match=why):
        await reading.read_file(file(make()), reading.PDF)


async def test_a_pdf_that_takes_for_ever_is_given_up(
    file: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PATIENCE_S", 0.01)

    with pytest.raises(UnreadableMaterial, match="too much time"):
        await reading.read_file(file(pdf((SAID,))), reading.PDF)


@pytest.mark.parametrize("content", [SAID.encode(), b"\xef\xbb\xbf" + SAID.encode(), (SAID + "\x07\x00").encode()])
async def test_a_text_says_what_can_be_printed_of_it(file: Callable[[bytes], Path], content: bytes) -> None:
    assert (await reading.read_file(file(content), "text/plain")).text == SAID


async def test_of_a_long_text_as_much_is_kept_as_is_read(file: Callable[[bytes], Path]) -> None:
    said = await reading.read_file(file("ä".encode() * 100_001), "text/markdown")

    assert (len(said.text), said.is_cut, said.pages) == (reading.MOST_CHARACTERS, True, None)


@pytest.mark.parametrize(("content", "media_type"), [(b"\xff\xfe words and more words, and more", "text/plain")])
async def test_what_is_no_text_is_refused(file: Callable[[bytes], Path], content: bytes, media_type: str) -> None:
    with pytest.raises(UnreadableMaterial, match="UTF-8 at byte 0"):
        await reading.read_file(file(content), media_type)
    with pytest.raises(UnsupportedMedia, match="image/png"):
        await reading.read_file(file(content), "image/png")


def forms() -> Iterator[tuple[str, bytes, int]]:
    yield "notes.md", SAID.encode(), 201
    yield "May.pdf", pdf(("We released on a Friday again, and two of us", "fixed bugs all weekend.")), 201
    yield "again.txt", SAID.encode(), 201
    yield "May.pdf", b"%PDF-1.7 nothing", 422
    yield "page.html", b"<!doctype html><p>" + SAID.encode(), 415
    yield "large.txt", b"word " * 2_200_000, 413


async def test_uploads_become_materials_of_their_team(desk: Any) -> None:
    team = await desk.team(text="")
    told = {}
    for name, content, status in forms():
        form = {"data": {"team_id": team["id"]}, "files": {"file": (name, content)}}
        answer = await desk.client.post("/api/materials/upload", **form)
        assert answer.status_code == status, (name, answer.text)
        told[name, status] = answer.json()

    assert told["notes.md", 201]["title"] == "notes.md"
    assert (told["May.pdf", 201]["pages"], told["May.pdf", 201]["media_type"]) == (1, "application/pdf")
    assert told["notes.md", 201]["id"] == told["again.txt", 201]["id"] != told["May.pdf", 201]["id"]
    assert told["large.txt", 413]["success"] is False
    bare = await desk.client.post("/api/materials/upload", data={"team_id": team["id"]}, files={"other": ("a", b"x")})
    lost = await desk.client.post("/api/materials/upload", files={"file": ("a.txt", SAID.encode())})
    assert [bare.status_code, lost.status_code] == [422, 422]
