"""Which media types can carry content credentials, and by which name the C2PA library knows each."""

from __future__ import annotations

from mediamill.assets.sniff import LAYERS, ZIP

FORMATS = {
    **{
        name: name
        for name in (
            "image/png",
            "image/jpeg",
            "image/gif",
            "image/webp",
            "image/tiff",
            "image/avif",
            "image/heic",
            "image/svg+xml",
            "video/mp4",
            "video/quicktime",
            "video/x-msvideo",
            "audio/mpeg",
            "audio/wav",
            "audio/flac",
            "audio/mp4",
            "application/pdf",
        )
    },
    ZIP: "application/x-zip",
    LAYERS: "application/x-zip",
}

READ_ONLY = frozenset({"application/pdf"})
"""Types whose credentials can be read, but not written."""


def format_of(media_type: str) -> str | None:
    """Give the library's name of a media type, or ``None`` where no credentials can be inside."""
    return FORMATS.get(media_type)


def can_carry(media_type: str) -> bool:
    """Tell whether we can put credentials into files of a type; WebM, Ogg, text and JSON have no place for them."""
    return media_type in FORMATS and media_type not in READ_ONLY
