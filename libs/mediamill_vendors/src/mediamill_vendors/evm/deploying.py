"""Deploying our contract once: signed and written down before it is sent, so that a repeated deploy goes on with it."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import rlp
from eth_utils.crypto import keccak

from mediamill.clock import monotonic
from mediamill.db.session import Database
from mediamill.errors import Permanent, Transient
from mediamill.mints import contracts
from mediamill.mints.book import Fees, Signed, Terms
from mediamill_vendors.evm import abi, token
from mediamill_vendors.evm.chain import Chain
from mediamill_vendors.evm.signing import Draft, Signer

LOOK_S = 0.2


class Charter(NamedTuple):
    """What a contract is told once and for all, or until its owner changes it."""

    name: str
    symbol: str
    owner: str
    """Who may set minters and the royalty."""
    minter: str
    royalty_to: str
    royalty_basis_points: int

    def arguments(self) -> bytes:
        """Give the constructor's arguments."""
        owner, minter, royalty_to = (abi.address(who) for who in (self.owner, self.minter, self.royalty_to))
        return abi.encoded(self.name, self.symbol, owner, minter, royalty_to, abi.uint(self.royalty_basis_points))


class Deployed(NamedTuple):
    """A contract of ours on a chain."""

    chain_id: int
    address: str
    tx_hash: str
    is_new: bool


def deploy(chain: Chain, db: Database, signer: Signer, charter: Charter, *, anew: bool, patience_s: float) -> Deployed:
    """Give the chain's contract, deploying it where there is none yet, or ``anew``.

    A deployment that was begun and not seen through is gone on with. Raises ``Transient`` when the chain takes longer
    than ``patience_s``; nothing is lost then, and the next call goes on.
    """
    known = db.run(lambda c: contracts.newest(c, chain.id, deployed=False))
    is_begun = known is not None and known.deployed_at is None
    if known is not None and not is_begun and not anew and chain.code(known.address):
        return Deployed(chain.id, known.address, known.tx_hash, is_new=False)
    if known is None or (known.deployed_at is not None and anew):
        known = _begun(chain, db, signer, charter)
    _await_code(chain, known, patience_s)
    db.run(lambda c: contracts.is_there(c, chain.id, known.address))
    return Deployed(chain.id, known.address, known.tx_hash, is_new=True)


def is_ours(chain: Chain, address: str) -> bool:
    """Tell whether the code at an address is that of our contract, byte by byte."""
    return bool(chain.code(address) == token.artefact()["runtime"])


def address_of(sender: str, nonce: int) -> str:
    """Give the address of what an account deploys under a nonce."""
    return f"0x{keccak(rlp.encode([bytes.fromhex(sender.removeprefix('0x')), nonce]))[12:].hex()}"


def _begun(chain: Chain, db: Database, signer: Signer, charter: Charter) -> Any:
    data = f"0x{token.artefact()['init']}{charter.arguments().hex()}"
    gas, fees = chain.gas(signer.address, None, data), chain.fees()
    terms = Terms(signer.address, chain.count(signer.address), gas, fees, fees.max_fee, lambda _: None, 1)

    def sign(nonce: int, fees: Fees) -> Signed:
        return signer.sign(Draft(chain.id, nonce, None, data, gas, fees.max_fee, fees.tip))

    return db.run(lambda c: contracts.begin(c, chain.id, terms, sign, address_of))


def _await_code(chain: Chain, known: Any, patience_s: float) -> None:
    """Send the deployment until the chain has it."""
    until = monotonic() + patience_s
    chain.send(f"0x{known.raw.hex()}")
    while not chain.code(known.address):
        receipt = chain.receipts([known.tx_hash]).get(known.tx_hash)
        if receipt is not None and not receipt.is_ok:
            raise Permanent(f"The chain undid the deployment {known.tx_hash}.")
        if monotonic() > until:
            raise Transient(f"The deployment {known.tx_hash} is not in a block yet; ask again to go on with it.")
        time.sleep(LOOK_S)
    if not is_ours(chain, known.address):
        raise Permanent(f"At {known.address} is another contract than ours.")
