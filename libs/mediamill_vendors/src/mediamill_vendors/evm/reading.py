"""What a chain says of a token now; needs no key."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from mediamill.errors import Permanent, ProviderDown
from mediamill.mints import contracts
from mediamill_vendors.evm import abi, token
from mediamill_vendors.evm.rpc import Question
from mediamill_vendors.evm.token import Event, Place
from mediamill_vendors.evm.vendor import Evm, evm
from mediamill_vendors.refusals import refused

WHOLE = 10_000
"""The price for which a contract is asked for its royalty, so that it answers in hundredths of a percent."""


class Found(NamedTuple):
    """A token, or that there is none."""

    is_minted: bool
    """Also of one that was burnt."""
    owner: str | None
    uri: str | None
    royalty_to: str | None
    royalty_basis_points: int
    event: Event | None


class Reader:
    """Reads tokens."""

    def __init__(self, way: Evm) -> None:
        self._way = way
        self._chain = way.chain

    def contract(self, named: str | None = None) -> tuple[int, str]:
        """Give the chain and a contract on it: the one named, else the one that new tokens are minted at.

        Raises ``ProviderDown`` where none is deployed, and ``Permanent`` for an address without code.
        """
        chain_id, address = self._chain.id, named or self._way.config.evm_contract
        if not address:
            row = self._way.db.run(lambda c: contracts.newest(c, chain_id))
            if row is None:
                raise refused(ProviderDown(f"No contract is deployed on chain {chain_id}: see 'mill chain deploy'."))
            return chain_id, str(row.address)
        if named and not self._chain.code(named):
            raise refused(Permanent(f"There is no contract at {named} on chain {chain_id}."))
        return chain_id, address.lower()

    def read(self, place: Place) -> Found:
        """Read a token's facts, all at once."""
        number = abi.uint(place.number)
        calls = [
            abi.call(token.MINTED, number),
            abi.call(token.OWNER_OF, number),
            abi.call(token.TOKEN_URI, number),
            abi.call(token.ROYALTY_INFO, number, abi.uint(WHOLE)),
        ]
        asked = [Question("eth_call", ({"to": place.contract, "data": data}, "latest")) for data in calls]
        minted, owner, uri, royalty = self._way.chain.rpc.try_all(asked)
        is_minted = bool(minted and abi.read_uint(minted))
        basis_points = abi.read_uint(royalty, 1) if royalty else 0
        return Found(
            is_minted=is_minted,
            owner=abi.read_address(owner) if owner else None,
            uri=abi.read_text(uri) if uri else None,
            royalty_to=abi.read_address(royalty) if basis_points else None,
            royalty_basis_points=basis_points,
            event=self._chain.event(place) if is_minted else None,
        )


@lru_cache(maxsize=1)
def reader() -> Reader:
    """Give this process's reader. Raises ``Permanent`` when the settings name no node."""
    return Reader(evm())
