"""What storymaker's tests send: assets that are there, as bytes that nobody reads here."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import insert

from mediamill.assets.model import AssetRow
from mediamill.ids import uuid7
from mediamill_testing.harness import Mill


@pytest.fixture
def asset_of(mill: Mill) -> Callable[..., str]:
    """Gives a tenant an asset, by default the first, and tells its id."""

    def add(media_type: str = "image/png", tenant_id: UUID | None = None) -> str:
        asset_id = uuid7()
        facts = {"sha256": asset_id.hex, "media_type": media_type, "bytes": 3, "width": 8, "height": 8}
        with mill.db.unit_of_work() as connection:
            connection.execute(insert(AssetRow).values(id=asset_id, tenant_id=tenant_id or mill.tenant, **facts))
        return str(asset_id)

    return add


@pytest.fixture
def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 120, 40)).save(file, "PNG")
    return file.getvalue()
