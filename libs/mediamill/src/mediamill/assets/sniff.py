"""What bytes are, by the bytes themselves; what an upload's name or header says may only add to that."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

from mediamill.errors import UnsupportedMedia

HEAD = 4096
"""So many first bytes are enough to tell."""

OCTETS = "application/octet-stream"
TEXT = "text/plain"
ZIP = "application/zip"
LAYERS = "application/x-mediamill-layers"
HTML = "text/html"
SVG = "image/svg+xml"
JSON = "application/json"


class Magic(NamedTuple):
    """Bytes that a format has at an offset."""

    offset: int
    bytes: bytes
    media_type: str


MAGIC = (
    Magic(0, b"\x89PNG\r\n\x1a\n", "image/png"),
    Magic(0, b"\xff\xd8\xff", "image/jpeg"),
    Magic(0, b"GIF87a", "image/gif"),
    Magic(0, b"GIF89a", "image/gif"),
    Magic(8, b"WEBP", "image/webp"),
    Magic(0, b"BM", "image/bmp"),
    Magic(0, b"II*\0", "image/tiff"),
    Magic(0, b"MM\0*", "image/tiff"),
    Magic(8, b"WAVE", "audio/wav"),
    Magic(8, b"AVI ", "video/x-msvideo"),
    Magic(0, b"fLaC", "audio/flac"),
    Magic(0, b"ID3", "audio/mpeg"),
    Magic(0, b"%PDF-", "application/pdf"),
    Magic(0, b"glTF", "model/gltf-binary"),
    Magic(30, b"layers.json", LAYERS),
    Magic(0, b"PK\x03\x04", ZIP),
    Magic(0, b"PK\x05\x06", ZIP),
    Magic(0, b"\x1f\x8b", "application/gzip"),
)

BRANDS = {
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"avif": "image/avif",
    b"heic": "image/heic",
    b"mif1": "image/heic",
}

EXTENSIONS = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "avif": "image/avif",
    "heic": "image/heic",
    "svg": SVG,
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mkv": "video/x-matroska",
    "avi": "video/x-msvideo",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "ogv": "video/ogg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "pdf": "application/pdf",
    "glb": "model/gltf-binary",
    "zip": ZIP,
    "gz": "application/gzip",
    "json": JSON,
    "html": HTML,
    "htm": HTML,
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "csv": "text/csv",
    "md": "text/markdown",
    "txt": TEXT,
}

ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "video/x-m4v": "video/mp4",
    "video/avi": "video/x-msvideo",
    "application/x-zip-compressed": ZIP,
    "text/json": JSON,
}

OPENINGS = (
    *((opening, HTML) for opening in ("<!doctype html", "<html", "<head", "<body", "<script", "<iframe")),
    ("webvtt", "text/vtt"),
    ("#extm3u", "application/vnd.apple.mpegurl"),
    ("{", JSON),
    ("[", JSON),
)

SAYS_NOTHING = frozenset({"", OCTETS, "application/x-www-form-urlencoded", "binary/octet-stream"})
"""What clients send when they do not know."""

# Containers whose sound-only and picture variants look alike at the start.
SIBLINGS = (
    frozenset({"video/mp4", "audio/mp4", "video/quicktime"}),
    frozenset({"video/webm", "audio/webm", "video/x-matroska", "audio/x-matroska"}),
    frozenset({"audio/ogg", "video/ogg"}),
    frozenset({"image/heic", "image/avif", "image/heif"}),
    frozenset({"audio/mpeg", "audio/aac"}),
)

RECOGNISED = frozenset(
    {magic.media_type for magic in MAGIC} | set(BRANDS.values()) | set().union(*SIBLINGS) - {"image/heif"}
)
"""Types that never pass for bytes that do not look like them."""


def sniff(head: bytes) -> str:
    """Tell the media type of bytes from the first ``HEAD`` of them; ``application/octet-stream`` when nobody knows."""
    head = head[:HEAD]
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head.startswith(b"OggS"):
        return "video/ogg" if b"\x80theora" in head[:128] else "audio/ogg"
    for magic in MAGIC:
        if head.startswith(magic.bytes, magic.offset):
            return magic.media_type
    return _mpeg_audio(head) or _text(head) or OCTETS


def media_type_of(head: bytes, *, declared: str, filename: str) -> str:
    """Tell the media type of an upload. Raises ``UnsupportedMedia`` when its header or name contradicts its bytes."""
    actual = sniff(head)
    best = actual
    claims = (("The name", _by_name(filename)), ("The Content-Type", _plain(declared)))
    for who, claim in claims:
        if claim in SAYS_NOTHING:
            continue
        if not _may_be(actual, claim):
            raise UnsupportedMedia(f"{who} says {claim}, the bytes are {actual}.")
        best = _more_exact(actual, claim)
    return best


def _may_be(actual: str, claim: str) -> bool:
    if claim == actual or any({claim, actual} <= family for family in SIBLINGS):
        return True
    if actual == LAYERS and claim == ZIP:
        return True
    if _is_text(actual):
        return claim == TEXT or (_is_text(claim) and claim not in {HTML, SVG} and actual not in {HTML, SVG})
    # A format that we cannot recognise may be anything but something that we do recognise.
    return actual in {OCTETS, ZIP, LAYERS, "application/gzip"} and claim not in RECOGNISED and not _is_text(claim)


def _more_exact(actual: str, claim: str) -> str:
    if claim == "audio/aac" or actual in {OCTETS, ZIP, TEXT} or {actual, claim} <= SIBLINGS[1]:
        return claim
    return claim if actual == "video/mp4" and claim == "audio/mp4" else actual


def _is_text(media_type: str) -> bool:
    return (
        media_type.startswith("text/")
        or media_type in {JSON, SVG, "application/x-subrip", "application/xml", "application/yaml"}
        or media_type.endswith(("+json", "+xml", "mpegurl"))
    )


def _mpeg_audio(head: bytes) -> str | None:
    """Know MPEG audio by its frame sync: eleven set bits, then a version, a layer and a bit rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer = head[1] >> 1 & 3
    if layer == 0:
        return "audio/aac" if head[1] & 0xF0 == 0xF0 else None
    return "audio/mpeg" if head[1] >> 3 & 3 != 1 and head[2] >> 4 != 15 and head[2] >> 2 & 3 != 3 else None


def _text(head: bytes) -> str | None:
    """Know UTF-8 text, and of it what a browser would run."""
    if b"\0" in head:
        return None
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else only the last letter was cut in two
            return None
        text = head[: error.start].decode("utf-8")
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<?xml", "<svg", "<!--", "<!doctype svg")):
        return SVG if "<svg" in start else HTML if "<html" in start else "application/xml"
    return next((media_type for opening, media_type in OPENINGS if start.startswith(opening)), TEXT)


def _by_name(filename: str) -> str:
    return EXTENSIONS.get(PurePath(filename).suffix.lower().removeprefix("."), "")


def _plain(media_type: str) -> str:
    plain = media_type.partition(";")[0].strip().lower()
    return ALIASES.get(plain, plain)
