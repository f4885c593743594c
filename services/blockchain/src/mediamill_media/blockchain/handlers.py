"""What the blockchain queue does with each kind."""

from __future__ import annotations

from decimal import Decimal

from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill_media.blockchain import metadata
from mediamill_media.blockchain.contract import Mint, Minted, Verified, Verify, checksummed
from mediamill_media.blockchain.providers import local
from mediamill_vendors.evm.seen import COIN, Wanted


@handler(Mint)
def mint(ctx: Context, ask: Mint) -> Minted:
    """Address the media and its metadata, have the token minted, and wait until nothing can undo it.

    The wait is over early when a transaction in the way pays too little: only a worker can sign a better one.
    """
    described = ctx.step("describe", metadata.describe, ctx, ask)
    ctx.step("pin", local.pin, ctx, ask, described)
    minter = local.minter()
    chain_id, contract = ctx.step("contract", minter.contract)
    wanted = Wanted(
        chain_id=chain_id,
        contract=contract,
        sha256=described.sha256,
        edition=ask.edition,
        recipient=ask.recipient,
        uri=described.token_uri,
    )
    seen = ctx.ask(minter, wanted)
    while seen.outbid is not None:
        ctx.log(f"{seen.outbid} pays too little for its gas and is outbid.")
        seen = ctx.ask(minter, wanted.model_copy(update={"outbid": seen.outbid}))
    return Minted(
        assets=(described.metadata,) if seen.uri == described.token_uri else (),
        token_id=str(wanted.place.number),
        chain_id=chain_id,
        contract=checksummed(contract),
        recipient=checksummed(seen.recipient),
        edition=ask.edition,
        token_uri=seen.uri,
        media_uri=described.media_uri,
        tx_hash=seen.tx_hash,
        block_number=seen.block_number,
        confirmations=seen.confirmations,
        fee=Decimal(seen.fee_wei) / COIN,
    )


@handler(Verify)
def verify(ctx: Context, ask: Verify) -> Verified:
    """Ask the chain what it says of a token now."""
    return ctx.step("look", local.look, ctx, ask)
