"""What the contract of a kind is made of; a queue's ``contract.py`` imports nothing else of Mediamill."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


class AssetReference(str):
    """A validated asset id, so that whoever walks an input can tell it from any other text."""

    __slots__ = ()


AssetId = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        json_schema_extra={"format": "asset-id"},
    ),
    AfterValidator(AssetReference),
]
"""The id of an asset that the same tenant owns; the gateway refuses any other before the job is accepted."""


def _parse_size(value: object) -> object:
    """Read ``"1280x720"`` as ``(1280, 720)``; leave anything else to the type."""
    if isinstance(value, str):
        width, _, height = value.lower().partition("x")
        if width.isdigit() and height.isdigit():
            return int(width), int(height)
    return value


Side = Annotated[int, Field(ge=16, le=4096)]
Size = Annotated[
    tuple[Side, Side],
    BeforeValidator(_parse_size),
    WithJsonSchema(
        {
            "description": "Width and height in pixels, as [1280, 720] or '1280x720'.",
            "anyOf": [
                {
                    "type": "array",
                    "items": {"type": "integer", "minimum": 16, "maximum": 4096},
                    "minItems": 2,
                    "maxItems": 2,
                },
                {"type": "string", "pattern": r"^\d+x\d+$"},
            ],
        }
    ),
]
"""Width and height in pixels; written ``[w, h]`` or ``"WxH"``."""


class Contract(BaseModel):
    """A frozen value that refuses unknown fields, so that a typing error is an error and not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Ask(Contract):
    """The input of a kind."""

    def units(self) -> Decimal:
        """Tell how many units of work it asks for, by which the kind's price is multiplied: images, seconds."""
        return Decimal(1)

    @classmethod
    def revised(cls, before: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
        """Give an input with fields replaced, unchecked; ``None`` puts a field back to its default."""
        after = {**before, **change}
        return {name: value for name, value in after.items() if name not in change or value is not None}


ORIGINAL = "original"
"""The role of what a provider gave, kept as it came: it keeps its maker's content credentials and gets none of ours."""


class Asset(Contract):
    """Immutable bytes that a job made; ``url`` is filled, signed and short-lived, by whoever shows it."""

    id: AssetId
    role: str = "output"
    media_type: str
    bytes: int
    sha256: str
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    url: str | None = None


class Answer(Contract):
    """The output of a kind; answers of media kinds hold ``assets``."""

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Self:
        """Read a recorded answer back, tolerating fields that a later version added."""
        known = {name: value for name, value in raw.items() if name in cls.model_fields}
        return cls.model_validate(known)


class MediaAnswer(Answer):
    """The output of a media kind."""

    assets: tuple[Asset, ...] = ()

    def asset(self, role: str) -> Asset:
        """Give the first asset in a role. Raises ``KeyError`` naming the roles that there are."""
        for asset in self.assets:
            if asset.role == role:
                return asset
        raise KeyError(f"no asset in role {role!r}; there are {[a.role for a in self.assets]}")
