"""What the blockchain queue is asked for and what it answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from mediamill.contracts import Answer, Ask, AssetId, Contract, MediaAnswer

NOBODY = "0x" + "00" * 20
_ROTATIONS = (0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14)
_RATE, _WHOLE = 136, (1 << 64) - 1


def keccak(data: bytes) -> bytes:
    """Give the hash that chains are built on, of 32 bytes; the standard library has only its later sister, SHA-3."""
    lanes = [0] * 25
    padded = bytearray(data + b"\x01" + bytes(-(len(data) + 1) % _RATE))
    padded[-1] |= 0x80
    for start in range(0, len(padded), _RATE):
        for place in range(_RATE // 8):
            lanes[place] ^= int.from_bytes(padded[start + 8 * place : start + 8 * place + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permuted(lanes: list[int]) -> list[int]:
    register = 1
    for _ in range(24):
        column = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        lanes = [lanes[i] ^ column[(i - 1) % 5] ^ _turned(column[(i + 1) % 5], 1) for i in range(25)]
        moved = [0] * 25
        for i, lane in enumerate(lanes):
            x, y = i % 5, i // 5
            moved[y + 5 * ((2 * x + 3 * y) % 5)] = _turned(lane, _ROTATIONS[i])
        lanes = [moved[i] ^ (~moved[i - i % 5 + (i + 1) % 5] & moved[i - i % 5 + (i + 2) % 5]) for i in range(25)]
        for power in range(7):
            register = (register << 1) ^ ((register >> 7) * 0x171)
            lanes[0] ^= ((register >> 1) & 1) << ((1 << power) - 1)
    return lanes


def _turned(lane: int, bits: int) -> int:
    return ((lane << bits) | (lane >> (64 - bits))) & _WHOLE


def checksummed(address: str) -> str:
    """Write an address with the capital letters that tell whether it was mistyped."""
    digits = address.lower().removeprefix("0x")
    marks = keccak(digits.encode()).hex()
    return "0x" + "".join(d.upper() if int(mark, 16) > 7 else d for d, mark in zip(digits, marks, strict=False))


def _read_address(address: str) -> str:
    """Refuse an address whose capital letters say that it was mistyped, and the one that belongs to nobody."""
    digits = address.removeprefix("0x")
    if digits not in (digits.lower(), digits.upper()) and address != checksummed(address):
        raise ValueError("its capital letters do not fit: it was mistyped")
    if address.lower() == NOBODY:
        raise ValueError("nobody has this address")
    return address.lower()


Address = Annotated[
    str,
    Field(pattern=r"^0x[0-9a-fA-F]{40}$", description="An account or contract; mixed case is checked for mistakes."),
    AfterValidator(_read_address),
]
Url = Annotated[str, StringConstraints(pattern=r"^(https|ipfs)://\S+$", max_length=2_000)]


class Attribute(Contract):
    """A trait, as marketplaces show it."""

    trait_type: str = Field(min_length=1, max_length=100)
    value: Annotated[str, StringConstraints(max_length=500)] | int | float | bool
    display_type: Literal["number", "boost_number", "boost_percentage", "date"] | None = None


class Mint(Ask):
    """Mint an asset as a token."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "asset": "0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b",
                    "name": "The lantern of Pim, 1 of 10",
                    "recipient": "0x00000000000000000000000000000000000a11ce",
                    "attributes": [{"trait_type": "scene", "value": 3}],
                }
            ]
        }
    )

    asset: AssetId
    name: str = Field(min_length=1, max_length=200)
    description: str = Field("", max_length=5_000)
    recipient: Address = Field(description="Who is to own the token.")
    edition: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="The same bytes and edition are the same token, however often they are asked for.",
    )
    attributes: tuple[Attribute, ...] = Field((), max_length=50)
    external_url: Url | None = None


class Minted(MediaAnswer):
    """A token that is final.

    Its asset in the role ``metadata`` is what its URI names; there is none if it was minted before with other metadata.
    """

    token_id: str = Field(description="A decimal number of up to 78 digits.")
    chain_id: int
    contract: str
    recipient: str
    edition: int
    token_uri: str = Field(description="ipfs:// and the CID of the metadata.")
    media_uri: str = Field(description="ipfs:// and the CID of the media's bytes.")
    tx_hash: str
    block_number: int
    confirmations: int = Field(description="Blocks that stood on it when it was taken for final, its own included.")
    fee: Decimal = Field(description="What the mint has cost, in the chain's coin.")


class Verify(Ask):
    """Look a token up: by its id, by an asset of yours, or by both, which tells whether they are the same."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"asset": "0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b"}]})

    token_id: str | None = Field(None, pattern=r"^[0-9]{1,78}$")
    asset: AssetId | None = None
    edition: int = Field(1, ge=1, le=1_000_000)
    contract: Address | None = Field(None, description="By default the contract that is minted at now.")

    @model_validator(mode="after")
    def _something_is_named(self) -> Self:
        if self.token_id is None and self.asset is None:
            raise ValueError("name a token_id, an asset, or both")
        if self.token_id is not None and int(self.token_id) >= 1 << 256:
            raise ValueError("token_id has more than 256 bits")
        return self


class Provenance(Contract):
    """Where a token comes from, as the chain's log tells."""

    tx_hash: str
    block_number: int
    job_id: str | None
    """The job of ours that minted it."""
    minted_to: str
    token_uri: str


class Verified(Answer):
    """What a chain says of a token now."""

    token_id: str
    chain_id: int
    contract: str
    exists: bool = Field(description="It was minted and not burnt since.")
    burnt: bool
    owner: str | None
    token_uri: str | None
    matches: bool | None = Field(
        description="Whether the asset's bytes are what the token stands for; null without one."
    )
    royalty_to: str | None
    royalty_percent: Decimal | None
    provenance: Provenance | None
