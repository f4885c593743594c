from __future__ import annotations

import pytest

from mediamill.assets.sniff import media_type_of, sniff
from mediamill.errors import UnsupportedMedia

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
LAYERS = b"PK\x03\x04" + b"\0" * 22 + b"\x0b\0\0\0" + b"layers.json{}"


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (MP4, "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x93\x42\x82\x88matroska", "video/x-matroska"),
        (b"\x1aE\xdf\xa3\x93\x42\x82\x84webm", "video/webm"),
        (b"OggS" + b"\0" * 24 + b"OpusHead", "audio/ogg"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"ID3\4\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\0", "audio/mpeg"),
        (b"\xff\xf1\x50\x80\0", "audio/aac"),
        (b"%PDF-1.7", "application/pdf"),
        (b"glTF\2\0\0\0", "model/gltf-binary"),
        (LAYERS, "application/x-mediamill-layers"),
        (b"PK\x03\x04\x14\0", "application/zip"),
        (b'{"a": 1}', "application/json"),
        ("Grüße".encode(), "text/plain"),
        (HTML, "text/html"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x">', "image/svg+xml"),
        (b"WEBVTT\n\n00:00", "text/vtt"),
        (b"\x7fELF\2\1\1\0", "application/octet-stream"),
    ],
)
def test_bytes_tell_what_they_are(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


def test_a_text_whose_last_letter_is_cut_in_two_is_still_text() -> None:
    assert sniff("ü".encode() * 5000) == "text/plain"
    assert sniff(b"x" + "ü".encode() * 5000) == "text/plain"


@pytest.mark.parametrize(
    ("head", "declared", "filename"),
    [
        (HTML, "", "cat.png"),
        (HTML, "image/png", ""),
        (HTML, "image/png", "cat.png"),
        (b'<svg onload="alert(1)">', "image/png", ""),
        (PNG, "text/html", ""),
        (PNG, "", "movie.mp4"),
        (MP4, "image/jpeg", ""),
        (b"\0\1\2\3nothing known", "image/png", ""),
        (b"just words", "", "voice.wav"),
        (b"just words", "text/html", ""),
    ],
)
def test_a_claim_that_contradicts_the_bytes_is_refused(head: bytes, declared: str, filename: str) -> None:
    with pytest.raises(UnsupportedMedia, match="says"):
        media_type_of(head, declared=declared, filename=filename)


@pytest.mark.parametrize(
    ("head", "declared", "filename", "media_type"),
    [
        (PNG, "", "", "image/png"),
        (PNG, "application/x-www-form-urlencoded", "", "image/png"),
        (PNG, "application/octet-stream", "a.PNG", "image/png"),
        (b"\xff\xd8\xff", "image/jpg", "", "image/jpeg"),
        (b"a,b\n1,2", "", "t.csv", "text/csv"),
        (b"# Title", "text/markdown; charset=utf-8", "", "text/markdown"),
        (HTML, "text/plain", "", "text/html"),
        (LAYERS, "application/zip", "", "application/x-mediamill-layers"),
        (b"PK\x03\x04\x14\0", "application/vnd.comicbook+zip", "", "application/vnd.comicbook+zip"),
        (MP4, "", "song.m4a", "audio/mp4"),
        (b"OggS", "audio/opus", "x.opus", "audio/ogg"),
    ],
)
def test_a_claim_may_say_more_than_the_bytes(head: bytes, declared: str, filename: str, media_type: str) -> None:
    assert media_type_of(head, declared=declared, filename=filename) == media_type
