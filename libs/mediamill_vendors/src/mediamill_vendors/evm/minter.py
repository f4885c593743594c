"""Minting, as a worker does it: found on the chain or in the book, else signed, written down, and sent."""

from __future__ import annotations

import logging
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from typing import Any
from uuid import UUID

from mediamill.errors import JobError, Permanent, ProviderDown, RateLimited
from mediamill.mints import book, queries
from mediamill.mints.book import End, Fees, Order, Signed, Terms
from mediamill.mints.model import MintState
from mediamill.providers.protocol import Capabilities, EffectKey, Ended, Pending, Ticket
from mediamill.queues.registry import to_the_microdollar
from mediamill_vendors.evm import token
from mediamill_vendors.evm.reading import Reader
from mediamill_vendors.evm.rpc import Refused
from mediamill_vendors.evm.seen import COIN, Seen, WaitId, Wanted, usd
from mediamill_vendors.evm.signing import Draft, Signer, signer_of
from mediamill_vendors.evm.token import Place
from mediamill_vendors.evm.vendor import Evm, evm
from mediamill_vendors.refusals import refused

log = logging.getLogger(__name__)

USUAL_GAS = 300_000
"""What a mint may take, for its price before it can be tried out; most of it is the storage of the URI."""
DEAR_S = 60.0


class AlreadyMinted(Permanent):
    """This edition of these bytes is somebody's token already."""

    code, status = "already-minted", 409
    is_refusal = True


class Minter:
    """Mints at our contract. What is signed is in the book before the chain hears of it, once for each token."""

    vendor, model = "evm", "mint"
    can = Capabilities(webhooks=False, cancel=False)

    def __init__(self, way: Evm) -> None:
        self._way = way
        self._chain = way.chain
        self._reader = Reader(way)

    def contract(self) -> tuple[int, str]:
        """Give the chain, and the contract that new tokens are minted at. Raises ``ProviderDown`` without one."""
        return self._reader.contract()

    def submit(self, ask: Wanted, effect: EffectKey) -> Ticket:
        """See to it that the token's mint is signed, and tell the chain; the watch sees to all the rest."""
        place = ask.place
        row = self._found(ask, effect.job_id) or self._signed(ask, effect.job_id)
        if row.recipient != ask.recipient:
            raise AlreadyMinted(
                f"It is token {place.number} and was minted to {row.recipient}; ask for another edition."
            )
        if ask.outbid is not None and row.state == MintState.SIGNED:
            self._outbid(ask.outbid)
        self._send(place)
        config = self._way.config
        expected_s = 0.0 if row.state == MintState.MINTED else config.evm_block_s * config.evm_confirmations
        return Ticket(str(WaitId.of(place, effect)), expected_s)

    def find(self, ask: Wanted, effect: EffectKey) -> Ticket | None:
        """Give nothing: to submit again is to find what is in the book."""
        return None

    def poll(self, ticket: Ticket) -> Pending | Ended:
        """Look at one mint."""
        ended = [end for ends in self._way.poll([ticket.id], 1) for end in ends]
        return ended[0] if ended else Pending(ticket.id)

    def read(self, ask: Wanted, ended: Ended) -> Seen:
        """Give what was seen."""
        return Seen.model_validate(ended.output)

    def price(self, ask: Wanted) -> Decimal:
        """Tell what a mint may cost: nothing where coins are worth nothing, or the token is on its way already."""
        rate = self._way.config.evm_usd_per_coin
        if not rate or self._in_book(ask.place) is not None:
            return Decimal(0)
        fee = min(self._chain.fees().max_fee, self._way.most_fee)
        return to_the_microdollar(usd(USUAL_GAS * fee, rate))

    @cached_property
    def _signer(self) -> Signer:
        return signer_of(self._way.config, self._chain.id)

    def _in_book(self, place: Place) -> Any | None:
        return self._way.db.run(lambda c: book.find(c, *place))

    def _found(self, ask: Wanted, job_id: UUID) -> Any | None:
        """Give the token's row: of the book, or, where only the chain knows of it, of what the chain says."""
        row = self._in_book(ask.place)
        if row is not None and row.state != MintState.FAILED:
            return row
        event = self._chain.event(ask.place) if self._chain.minted([ask.place])[ask.place] else None
        if event is None:
            return None
        order = _order(ask, job_id)._replace(recipient=event.recipient, uri=event.uri)
        end = End(MintState.MINTED, event.tx_hash, event.block_number, event.block_hash, 0)
        self._way.db.run(lambda c: book.adopt(c, order, end))
        return self._in_book(ask.place)

    def _signed(self, ask: Wanted, job_id: UUID) -> Any:
        """Try it out where that costs nothing, then sign and write down in one transaction."""
        signer = self._signer
        data = token.mint_call(ask.place, ask.recipient, ask.uri, job_id)
        gas = self._tried(signer, ask.contract, data)
        terms = self._terms(signer, gas)
        sign = partial(_sign, signer, ask.chain_id, ask.contract, data, gas)
        return self._way.db.run(lambda c: book.begin(c, _order(ask, job_id), terms, sign))

    def _outbid(self, tx_hash: str) -> None:
        """Sign what stands in the way anew, with higher fees."""
        signer = self._signer
        terms = self._terms(signer, 0)

        def sign_for(mint: Any) -> book.Sign:
            place = Place(mint.chain_id, mint.contract, mint.token_id)
            data = token.mint_call(place, mint.recipient, mint.uri, mint.job_id)
            return partial(_sign, signer, mint.chain_id, mint.contract, data, mint.gas)

        if self._way.db.run(lambda c: book.outbid(c, self._chain.id, tx_hash, terms, sign_for)):
            self._send_all_of(tx_hash)

    def _terms(self, signer: Signer, gas: int) -> Terms:
        config, fees, most = self._way.config, self._chain.fees(), self._way.most_fee
        least = (fees.max_fee - fees.tip) // 2 + fees.tip
        if least > most:
            raise RateLimited(f"Gas costs {least} wei, and {most} may be paid.", retry_after_s=DEAR_S)
        return Terms(
            signer=signer.address,
            chain_nonce=self._chain.count(signer.address),
            gas=gas,
            fees=Fees(min(fees.max_fee, most), fees.tip),
            most_fee=most,
            cap_of=self._cap_of,
            in_flight=config.evm_in_flight,
        )

    def _cap_of(self, tenant_id: UUID) -> int | None:
        config = self._way.config
        cap = config.evm_daily_caps.get(tenant_id, config.evm_daily_cap)
        return int(cap * COIN) if cap is not None else None

    def _tried(self, signer: Signer, contract: str, data: str) -> int:
        """Give the gas that a mint takes. Raises what it would fail with; nothing is signed then."""
        try:
            return self._chain.gas(signer.address, contract, data)
        except Refused as refusal:
            raise refused(_understood(refusal, signer.address)) from refusal

    def _send(self, place: Place) -> None:
        """Tell the node. What is signed stays signed: if the node is away now, the watch tells it later."""
        named = [(place.contract, place.token_id)]
        rows = self._way.db.run(lambda c: queries.watched(c, place.chain_id, named))
        for row in rows:
            if row.mint.token_id == place.token_id and row.mint.state == MintState.SIGNED:
                try:
                    self._way.watch.send(row)
                except JobError as error:
                    log.warning("mint %s could not be sent, the conductor will: %s", place.token_id, error)

    def _send_all_of(self, tx_hash: str) -> None:
        row = self._way.db.run(lambda c: queries.named(c, tx_hash))
        self._send(Place(row.chain_id, row.contract, row.token_id))


def _order(ask: Wanted, job_id: UUID) -> Order:
    return Order(*ask.place, job_id, ask.sha256, ask.edition, ask.recipient, ask.uri)


def _sign(signer: Signer, chain_id: int, contract: str, data: str, gas: int, nonce: int, fees: Fees) -> Signed:
    return signer.sign(Draft(chain_id, nonce, contract, data, gas, fees.max_fee, min(fees.tip, fees.max_fee)))


def _understood(refusal: Refused, signer: str) -> JobError:
    reverted = str(refusal.data or "")
    if reverted.startswith(token.NOT_A_MINTER):
        return ProviderDown(f"{signer} may not mint at this contract; its owner must call setMinter.")
    if reverted.startswith(token.ALREADY_MINTED):
        return ProviderDown("Somebody has minted this token in this moment.")
    if "insufficient funds" in refusal.said.lower():
        return ProviderDown(f"{signer} has not enough coins to pay for gas.")
    return Permanent(f"The contract would undo this mint: {refusal.said} {reverted}".strip())


@lru_cache(maxsize=1)
def minter() -> Minter:
    """Give this process's minter. Raises ``Permanent`` when the settings name no node."""
    return Minter(evm())
