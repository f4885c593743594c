"""Our contract as it is called: names for its selectors, ids for its tokens, and what its events tell."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from mediamill_vendors.evm import abi

ARTEFACT = Path(__file__).parent / "contract" / "MediaToken.json"

MINT = "d4bf51a7"
MINTED = "7dc0bf3f"
OWNER_OF = "6352211e"
TOKEN_URI = "c87b56dd"  # noqa: S105  # a selector
ROYALTY_INFO = "2a55205a"
IS_MINTER = "aa271e1a"
SET_MINTER = "cf456ae7"

MINTED_TOPIC = "0x31c57d82507f38388fc5438232aa4c207d7c91e3591676cdd2c7cc07a3893b4e"
ALREADY_MINTED = "0xa593dbf8"
NOT_A_MINTER = "0x904497b8"

_DOMAIN = b"mediamill/token/1"


class Place(NamedTuple):
    """Where a token is: on which chain, at which contract, by which id."""

    chain_id: int
    contract: str
    """In lower case."""
    token_id: str
    """64 digits of hex, so that they sort and compare as the number does."""

    @property
    def number(self) -> int:
        """The id as the contract takes it."""
        return int(self.token_id, 16)


class Event(NamedTuple):
    """That a token was minted, as the chain's log tells."""

    token_id: str
    recipient: str
    job_key: str
    uri: str
    tx_hash: str
    block_number: int
    block_hash: str


def place_of(chain_id: int, contract: str, sha256: str, edition: int) -> Place:
    """Give the one place where an edition of some bytes is a token: the same for whoever mints it, whenever."""
    contract = contract.lower()
    facts = (abi.uint(chain_id), abi.address(contract)[12:], bytes.fromhex(sha256), abi.uint(edition))
    return Place(chain_id, contract, hashlib.sha256(b"".join((_DOMAIN, *facts))).hexdigest())


def job_key(job_id: UUID) -> bytes:
    """Give the word by which the log names a job, so that a lost database can be told who asked for what."""
    return job_id.bytes.ljust(abi.WORD, b"\0")


def job_of(key: str) -> UUID | None:
    """Read a job's id off the log; ``None`` for what no job of ours minted."""
    raw = bytes.fromhex(key.removeprefix("0x"))
    return UUID(bytes=raw[:16]) if any(raw[:16]) and not any(raw[16:]) else None


def mint_call(place: Place, recipient: str, uri: str, job_id: UUID) -> str:
    """Give the calldata of a mint."""
    return abi.call(MINT, abi.address(recipient), abi.uint(place.number), uri, job_key(job_id))


def event_of(log: dict[str, Any]) -> Event:
    """Read a ``Minted`` event."""
    _, token, recipient, key = log["topics"]
    return Event(
        token_id=f"{int(token, 16):064x}",
        recipient=abi.read_address(recipient),
        job_key=key,
        uri=abi.read_text(log["data"]),
        tx_hash=log["transactionHash"],
        block_number=int(log["blockNumber"], 16),
        block_hash=log["blockHash"],
    )


@cache
def artefact() -> dict[str, Any]:
    """Give the contract as it was compiled: ``init`` and ``runtime`` in hex, ``abi``, ``compiler``."""
    return dict(json.loads(ARTEFACT.read_text("utf-8")))
