"""A mint taken step by step, each step by a process of its own that may die."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from mediamill.mints import book
from mediamill.providers.protocol import EffectKey, Ended, Ticket
from mediamill.settings import settings
from mediamill_testing.harness import Mill
from mediamill_testing.testchain import Mint
from mediamill_vendors.evm.chain import Chain
from mediamill_vendors.evm.judging import Limits
from mediamill_vendors.evm.minter import Minter
from mediamill_vendors.evm.seen import Wanted
from mediamill_vendors.evm.vendor import Evm
from mediamill_vendors.evm.watching import Watch

RECIPIENT = "0x" + "ab" * 20


class Died(BaseException):
    """The worker is gone."""


class DyingChain(Chain):
    """Whoever sends by it dies of that, before or after the node has heard."""

    is_heard = False

    def send(self, raw: str) -> None:
        """Die."""
        if self.is_heard:
            super().send(raw)
        raise Died


@dataclass
class Bench:
    """A mint of one job, taken step by step."""

    press: Mill
    mint: Mint
    effect: EffectKey
    wanted: Wanted

    def way(self, confirmations: int = 1, stuck_s: float = 90) -> Evm:
        """Give a way to the chain as a new process would have it."""
        made = Evm(settings(), self.press.db)
        made.watch = Watch(made.chain, made.db, Limits(confirmations, stuck_s, made.most_fee))
        return made

    def submit(self, way: Evm | None = None, **changes: Any) -> Ticket:
        """Have it signed and sent, as a worker does."""
        return Minter(way or self.way()).submit(self.wanted.model_copy(update=changes), self.effect)

    def submit_and_die(self, *, is_heard: bool) -> None:
        """Do the same on a worker that dies as it tells the node, before or after that has heard."""
        way = self.way()
        dying = DyingChain(way.chain.rpc)
        dying.is_heard = is_heard
        way.watch = Watch(dying, way.db, Limits(1, 90, way.most_fee))
        with pytest.raises(Died):
            self.submit(way)

    def ended(self, ticket: Ticket, way: Evm | None = None) -> Ended | None:
        """Look once, as the conductor does, and give the end if there is one."""
        ends = [end for some in (way or self.way()).poll([ticket.id], 1) for end in some]
        return ends[0] if ends else None

    def attempts(self) -> list[Any]:
        """Give the signed transactions, the cheapest first."""
        with self.press.db.unit_of_work() as connection:
            query = "SELECT * FROM mint_attempts ORDER BY max_fee"
            return list(connection.exec_driver_sql(query))

    def row(self) -> Any:
        """Give what the book says of the token."""
        with self.press.db.unit_of_work() as connection:
            return book.find(connection, *self.wanted.place)

    def tokens(self) -> int:
        """Tell how many tokens the recipient has."""
        return self.mint.chain.tokens_of(self.mint.contract, RECIPIENT)

    def next_nonce(self) -> int:
        """Give the nonce that the key's next transaction will have."""
        with self.press.db.unit_of_work() as connection:
            return int(connection.exec_driver_sql("SELECT next_nonce FROM mint_signers").scalar_one())
