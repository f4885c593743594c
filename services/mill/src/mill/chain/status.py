"""What can be told of a chain: the node's word, and that of the book of mints."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from mediamill.errors import JobError
from mediamill.mints import contracts, queries
from mediamill_vendors.evm import abi, token
from mediamill_vendors.evm.deploying import is_ours
from mediamill_vendors.evm.minter import USUAL_GAS
from mediamill_vendors.evm.seen import COIN
from mediamill_vendors.evm.signing import signer_of
from mediamill_vendors.evm.vendor import Evm


class SignerStatus(BaseModel):
    """The minting key."""

    address: str
    coins: Decimal
    lasts_for: int
    """So many mints can be paid for at what gas costs now."""
    sent: int
    """Transactions that the chain has."""
    signed: int
    """Transactions that we have signed; fewer than were sent mean that the key is used elsewhere, too."""
    may_mint: bool


class Status(BaseModel):
    """A chain as minting sees it."""

    chain_id: int
    node: str
    block: int
    contract: str | None
    is_ours: bool
    """Whether that contract's code is, byte by byte, what was compiled here."""
    signer: SignerStatus | None
    problem: str | None
    """Why there is no minting key."""
    mints: dict[str, int]
    spent_today: dict[str, Decimal]
    """Coins by tenant: what mints have cost, or may cost while they are on their way."""


def status_of(way: Evm) -> Status:
    """Ask a chain and the book. Raises what the chain answers with.

    It also sees to mints whose jobs are over: nobody else looks at those until the next mint.
    """
    chain_id = way.chain.id
    way.watch.look([])
    row = way.db.run(lambda c: contracts.newest(c, chain_id))
    contract = way.config.evm_contract.lower() or (row.address if row is not None else None)
    signer, problem = _signer(way, contract)
    spent = way.db.run(lambda c: queries.spent_today(c, chain_id))
    return Status(
        chain_id=chain_id,
        node=str(way.chain.rpc.ask("web3_clientVersion")),
        block=way.chain.head().number,
        contract=contract,
        is_ours=contract is not None and is_ours(way.chain, contract),
        signer=signer,
        problem=problem,
        mints=way.db.run(lambda c: queries.numbers(c, chain_id)),
        spent_today={str(tenant): Decimal(wei) / COIN for tenant, wei in spent.items()},
    )


def _signer(way: Evm, contract: str | None) -> tuple[SignerStatus | None, str | None]:
    try:
        address = signer_of(way.config, way.chain.id).address
    except JobError as error:
        return None, error.detail
    may_mint = contract is not None and way.chain.code(contract) != ""
    if may_mint and contract is not None:
        may_mint = bool(abi.read_uint(way.chain.call(contract, abi.call(token.IS_MINTER, abi.address(address)))))
    balance = way.chain.balance(address)
    return SignerStatus(
        address=address,
        coins=Decimal(balance) / COIN,
        lasts_for=balance // (USUAL_GAS * max(1, way.chain.fees().max_fee)),
        sent=way.chain.count(address),
        signed=way.db.run(lambda c: queries.next_nonce(c, way.chain.id, address)),
        may_mint=may_mint,
    ), None
