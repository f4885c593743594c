"""The chain as the conductor sees it: mints are waited for as predictions are, a look at many of them at once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mediamill.db.session import Database, database
from mediamill.errors import NotFound, Permanent
from mediamill.mints.book import End
from mediamill.mints.model import MintState
from mediamill.providers.protocol import EffectKey, Ended, Failure
from mediamill.queues.registry import to_the_microdollar
from mediamill.settings import Settings, settings
from mediamill_vendors.evm.chain import Chain
from mediamill_vendors.evm.judging import Ends, Limits, Stuck
from mediamill_vendors.evm.rpc import Rpc
from mediamill_vendors.evm.seen import Seen, WaitId, usd
from mediamill_vendors.evm.watching import Sight, Watch
from mediamill_vendors.refusals import refused

log = logging.getLogger(__name__)

GWEI = 10**9


class Evm:
    """The way to a chain that all threads of a process share."""

    name = "evm"

    def __init__(self, config: Settings, db: Database) -> None:
        self.config = config
        self.db = db
        self.chain = Chain(Rpc(config.evm_rpc_url.get_secret_value()), config.evm_chain_id)
        self.most_fee = int(config.evm_max_fee_gwei * GWEI)
        self.watch = Watch(self.chain, db, Limits(config.evm_confirmations, config.evm_stuck_s, self.most_fee))

    def poll(self, ids: Collection[str], outstanding: int) -> Iterator[list[Ended]]:
        """Give the waits that are over: the token is there for good, or something must be signed before it can be."""
        waits = {id: WaitId.read(id) for id in ids}
        here = {id: wait for id, wait in waits.items() if wait.place.chain_id == self.chain.id}
        if len(here) < len(waits):
            log.warning("%d mints wait on another chain than that of the node", len(waits) - len(here))
        if not here:
            return
        sights = self.watch.look(list({wait.place for wait in here.values()}))
        told = [self._ended(id, wait, sights[wait.place]) for id, wait in here.items() if wait.place in sights]
        yield [ended for ended in told if ended is not None]

    def find(self, effect: EffectKey) -> str | None:
        """Give nothing: what was signed is in the book of mints and is seen to, whoever waits for it."""
        return None

    def cancel(self, id: str) -> None:
        """Let it be: what was signed cannot be called back, and its nonce must be used. The token will be there."""
        log.info("nobody waits any more for %s; it is minted all the same", id)

    def read_hook(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Ended | None:
        """Raise ``NotFound``: a chain calls nobody."""
        raise NotFound("A chain has no webhooks.")

    def learn(self) -> None:
        """Do nothing: there is nothing that webhooks would be verified by."""

    def _ended(self, id: str, wait: WaitId, sight: Sight) -> Ended | None:
        mint = sight.watched.mint
        match sight.verdict:
            case Stuck(outbid):
                return Ended(id=id, output=Seen(outcome="stuck", outbid=outbid).model_dump(), cost=self._cost(0))
            case Ends(end):
                return self._told(id, wait, mint, end, sight.head)
        if mint.state == MintState.SIGNED:
            return None
        end = End(MintState(mint.state), mint.tx_hash, mint.block_number, mint.block_hash, int(mint.most_wei))
        return self._told(id, wait, mint, end, sight.head)

    def _told(self, id: str, wait: WaitId, mint: Any, end: End, head: int) -> Ended:
        cost = self._cost(end.fee_wei if str(mint.job_id) == wait.job_id else 0)
        if end.state == MintState.FAILED:
            return Ended(id=id, failure=Failure.of(_failure(mint, end)), cost=cost)
        seen = Seen(
            outcome="minted",
            recipient=mint.recipient,
            uri=mint.uri,
            tx_hash=end.tx_hash or "",
            block_number=end.block_number or 0,
            block_hash=end.block_hash or "",
            confirmations=head - (end.block_number or 0) + 1,
            fee_wei=str(end.fee_wei),
        )
        return Ended(id=id, output=seen.model_dump(), cost=cost)

    def _cost(self, wei: int) -> Decimal | None:
        """Tell what a mint has cost, where coins are worth something; who only waited for another's pays nothing."""
        rate = self.config.evm_usd_per_coin
        return to_the_microdollar(usd(wei, rate)) if rate else None


def _failure(mint: Any, end: End) -> Permanent:
    if end.tx_hash is None:
        return Permanent(f"Nonce {mint.nonce} of {mint.signer} was used by a transaction that is not ours.")
    return Permanent(f"The contract undid the mint in {end.tx_hash}; its gas is paid, the token is not there.")


@lru_cache(maxsize=1)
def evm() -> Evm:
    """Give this process's way to its chain. Raises ``Permanent`` when the settings name no node."""
    if not settings().evm_rpc_url.get_secret_value():
        raise refused(Permanent("MEDIAMILL_EVM_RPC_URL is not set."))
    return Evm(settings(), database())
