"""The chain that this installation is connected to; without any, that is one of its own on this machine."""

from __future__ import annotations

import importlib
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from mediamill.handlers.context import Context
from mediamill_media.blockchain.contract import Mint, Provenance, Verified, Verify, checksummed
from mediamill_media.blockchain.metadata import Described
from mediamill_vendors.evm import token
from mediamill_vendors.evm.token import Place

if TYPE_CHECKING:
    from mediamill_vendors.evm.minter import Minter
    from mediamill_vendors.evm.pinning import Pinner
    from mediamill_vendors.evm.reading import Reader

PERCENT = 100


def minter() -> Minter:
    """Give this process's minter. What signs is loaded when something is signed first: a worker may never."""
    return cast("Minter", importlib.import_module("mediamill_vendors.evm.minter").minter())


def pin(ctx: Context, ask: Mint, described: Described) -> list[str]:
    """Have the media and its metadata kept where their addresses find them, if there is a node that pins."""
    pinner: Pinner | None = importlib.import_module("mediamill_vendors.evm.pinning").pinner()
    if pinner is None:
        return []
    told = ((described.media_uri, ask.asset), (described.token_uri, described.metadata.id))
    return [pinner.pin(ctx.open(asset), uri.removeprefix("ipfs://")) for uri, asset in told]


def look(ctx: Context, ask: Verify) -> Verified:
    """Look a token up, and whether it stands for the asset's bytes: its id is a hash of them."""
    reader: Reader = importlib.import_module("mediamill_vendors.evm.reading").reader()
    chain_id, contract = reader.contract(ask.contract)
    place = Place(chain_id, contract, f"{int(ask.token_id or 0):064x}")
    matches = None
    if ask.asset is not None:
        made = token.place_of(chain_id, contract, ctx.describe(ask.asset).sha256, ask.edition)
        place = made if ask.token_id is None else place
        matches = place == made
    found = reader.read(place)
    event = found.event
    return Verified(
        token_id=str(place.number),
        chain_id=chain_id,
        contract=checksummed(contract),
        exists=found.owner is not None,
        burnt=found.is_minted and found.owner is None,
        owner=checksummed(found.owner) if found.owner else None,
        token_uri=found.uri,
        matches=matches and found.is_minted if matches is not None else None,
        royalty_to=checksummed(found.royalty_to) if found.royalty_to else None,
        royalty_percent=Decimal(found.royalty_basis_points) / PERCENT if found.royalty_to else None,
        provenance=None
        if event is None
        else Provenance(
            tx_hash=event.tx_hash,
            block_number=event.block_number,
            job_id=str(job) if (job := token.job_of(event.job_key)) else None,
            minted_to=checksummed(event.recipient),
            token_uri=event.uri,
        ),
    )
