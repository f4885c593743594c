"""What a job wants of a chain, what its wait for that gives, and the ids by which such waits are told apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from mediamill.providers.protocol import EffectKey
from mediamill_vendors.evm import token
from mediamill_vendors.evm.token import Place

COIN = Decimal(10) ** 18
"""Wei in a coin."""


class Seen(BaseModel):
    """That a token is there, or that a transaction must be outbid before it can be."""

    model_config = ConfigDict(frozen=True)

    outcome: Literal["minted", "stuck"]
    outbid: str | None = None
    """The transaction that pays too little."""
    recipient: str = ""
    uri: str = ""
    tx_hash: str = ""
    block_number: int = 0
    block_hash: str = ""
    confirmations: int = 0
    fee_wei: str = "0"
    """What it has cost, in digits, since it may be more than JSON's numbers hold."""


class Wanted(BaseModel):
    """A token that a job wants."""

    model_config = ConfigDict(frozen=True)

    chain_id: int
    contract: str
    sha256: str
    edition: int
    recipient: str
    uri: str
    outbid: str | None = None
    """A transaction that pays too little and stands in the way."""

    @property
    def place(self) -> Place:
        """Where it will be."""
        return token.place_of(self.chain_id, self.contract, self.sha256, self.edition)


class WaitId(NamedTuple):
    """Names one step's wait for a token; several steps may wait for the same."""

    place: Place
    effect: str

    @classmethod
    def of(cls, place: Place, effect: EffectKey) -> Self:
        """Name the wait of an effect."""
        return cls(place, str(effect))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read one."""
        chain_id, contract, token_id, effect = text.split("/", 3)
        return cls(Place(int(chain_id), contract, token_id), effect)

    def __str__(self) -> str:
        return "/".join((str(self.place.chain_id), self.place.contract, self.place.token_id, self.effect))

    @property
    def job_id(self) -> str:
        """The job that waits."""
        return self.effect.partition(":")[0]


def usd(wei: int, per_coin: Decimal) -> Decimal:
    """Give what wei are worth."""
    return Decimal(wei) / COIN * per_coin
