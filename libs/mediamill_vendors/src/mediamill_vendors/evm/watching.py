"""One look at mints under way: what has ended is written down, what the node has forgotten is sent again.

No key is needed for that, so the conductor does it. All questions of a kind go into one request.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mediamill.db.session import Database
from mediamill.mints import book, queries
from mediamill.mints.model import MintState
from mediamill.mints.queries import Watched
from mediamill_vendors.evm.chain import Chain
from mediamill_vendors.evm.judging import Counts, Ends, Facts, Limits, Stuck, Verdict, Waits, judge, place_of
from mediamill_vendors.evm.rpc import Refused
from mediamill_vendors.evm.token import Event, Place

log = logging.getLogger(__name__)


class Sight(NamedTuple):
    """What a look has seen of a token: its row as of before, and the verdict."""

    watched: Watched
    verdict: Verdict
    head: int


class Watch:
    """Looks at the mints of one chain."""

    def __init__(self, chain: Chain, db: Database, limits: Limits) -> None:
        self._chain = chain
        self._db = db
        self._limits = limits

    def look(self, places: Sequence[Place]) -> dict[Place, Sight]:
        """Give what has become of those of the tokens that are in the book.

        Mints that nobody waits for any more are looked at, too: their nonces are before those of others.
        """
        named = [(place.contract, place.token_id) for place in places]
        rows = self._db.run(lambda c: queries.watched(c, self._chain.id, named))
        under_way = [row for row in rows if row.mint.state == MintState.SIGNED]
        facts = self._facts(under_way)
        verdicts = {place_of(row): judge(row, facts, self._limits) for row in under_way}
        for row in under_way:
            self._act(row, verdicts[place_of(row)])
        return {
            place_of(row): Sight(
                row, _blocked(row, verdicts.get(place_of(row)), under_way, verdicts), facts.head.number
            )
            for row in rows
        }

    def send(self, watched: Watched) -> None:
        """Tell the node of a mint's transactions, the dearest first; it is enough that it takes one.

        That it takes none is no failure of the mint, which is written down: it is told again at the next look.
        """
        for attempt in watched.attempts:
            try:
                self._chain.send(attempt.raw)
            except Refused as refusal:
                log.warning("the chain's node does not take %s: %s", attempt.tx_hash, refusal.said)
            else:
                return

    def _act(self, watched: Watched, verdict: Verdict) -> None:
        match verdict:
            case Ends(end):
                self._db.run(lambda c: book.finish(c, watched.mint, end))
                log.info("mint %s ended: %s by %s", watched.mint.token_id, end.state, end.tx_hash)
            case Waits(unsent=True):
                log.info("mint %s is sent again: the node has forgotten it", watched.mint.token_id)
                self.send(watched)

    def _facts(self, under_way: Sequence[Watched]) -> Facts:
        head = self._chain.head()
        hashes = [attempt.tx_hash for row in under_way for attempt in row.attempts]
        receipts = self._chain.receipts(hashes)
        open_ones = [row for row in under_way if not any(_is_ok(receipts.get(a.tx_hash)) for a in row.attempts)]
        return Facts(
            head=head,
            receipts=receipts,
            counts=self._counts({row.mint.signer for row in open_ones}, head.number),
            events=self._events([place_of(row) for row in open_ones]),
            pooled=frozenset(self._chain.pooled([a.tx_hash for row in open_ones for a in row.attempts])),
        )

    def _counts(self, signers: Iterable[str], head: int) -> dict[str, Counts]:
        deep = max(0, head - self._limits.confirmations + 1)
        return {signer: Counts(self._chain.count(signer), self._chain.count(signer, deep)) for signer in signers}

    def _events(self, places: Sequence[Place]) -> dict[Place, Event]:
        there = [place for place, is_there in self._chain.minted(places).items() if is_there]
        found = {place: self._chain.event(place) for place in there}
        return {place: event for place, event in found.items() if event is not None}


def _is_ok(receipt: object) -> bool:
    return getattr(receipt, "is_ok", False)


def _blocked(
    row: Watched, verdict: Verdict | None, under_way: Sequence[Watched], verdicts: dict[Place, Verdict]
) -> Verdict:
    """Take who stands behind a stuck one for stuck, too, so that it outbids that one where nobody else would."""
    if verdict is None:
        return Waits()
    if isinstance(verdict, Waits):
        before = (other for other in under_way if other.mint.signer == row.mint.signer)
        stuck = next((found for other in before if isinstance(found := verdicts[place_of(other)], Stuck)), None)
        return stuck or verdict
    return verdict
