"""What an asset looks like."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from gateway.texts import Id, Time
from mediamill.assets.signing import asset_url
from mediamill.clock import iso


class Asset(BaseModel):
    """Immutable bytes that you own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b",
                    "media_type": "image/png",
                    "bytes": 48211,
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "width": 1280,
                    "height": 720,
                    "duration_s": None,
                    "created_at": "2026-11-24T12:00:00.000Z",
                    "url": "http://127.0.0.1:8080/v1/assets/0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b/content?expires=…",
                }
            ]
        }
    )

    id: Id
    media_type: str
    bytes: int
    sha256: str
    width: int | None
    height: int | None
    duration_s: float | None
    created_at: Time
    url: str = Field(description="opens the bytes without a key, for a while")


def present(row: RowMapping) -> Asset:
    """Show an asset."""
    return Asset(
        id=str(row["id"]),
        created_at=iso(row["created_at"]) or "",
        url=asset_url(row["id"]),
        **{name: row[name] for name in ("media_type", "bytes", "sha256", "width", "height", "duration_s")},
    )
