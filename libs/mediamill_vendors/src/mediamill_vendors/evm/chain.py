"""What is asked of a chain, in our words; quantities are wei and numbers of blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from mediamill.errors import Permanent, Transient
from mediamill.mints.book import Fees
from mediamill_vendors.evm import abi, token
from mediamill_vendors.evm.rpc import Question, Refused, Rpc
from mediamill_vendors.evm.token import Event, Place
from mediamill_vendors.refusals import refused

TIP = 1_000_000_000
"""Wei per gas for who builds the block, where a node has no opinion."""
KNOWN = ("already known", "already imported", "known transaction", "alreadyknown")
PASSED = ("nonce too low", "nonce is too low", "invalid nonce", "replacement transaction underpriced", "underpriced")
"""What a node says of a transaction whose nonce has a better one, in its pool or in the chain."""


class Head(NamedTuple):
    """The newest block."""

    number: int
    base_fee: int
    """Wei per gas that are burnt."""


class Receipt(NamedTuple):
    """That a transaction is in a block."""

    tx_hash: str
    block_number: int
    block_hash: str
    is_ok: bool
    """False: it was undone, its nonce is used and its gas paid."""
    fee_wei: int
    contract: str | None
    """What it has deployed."""


class Chain:
    """A chain behind a node."""

    def __init__(self, rpc: Rpc, wanted_id: int | None = None) -> None:
        self.rpc = rpc
        self._wanted_id = wanted_id

    @cached_property
    def id(self) -> int:
        """Which chain it is. Raises ``Permanent`` for another one than is wanted."""
        found = int(self.rpc.ask("eth_chainId"), 16)
        if self._wanted_id not in (None, found):
            raise refused(
                Permanent(f"The node is of chain {found}, and MEDIAMILL_EVM_CHAIN_ID says {self._wanted_id}.")
            )
        return found

    def head(self) -> Head:
        """Give the newest block."""
        block = self.rpc.ask("eth_getBlockByNumber", "latest", False)  # noqa: FBT003  # not its transactions
        return Head(int(block["number"], 16), int(block.get("baseFeePerGas") or "0x0", 16))

    def fees(self) -> Fees:
        """Give what gets a transaction into one of the next blocks, also if they become twice as dear."""
        head = self.head()
        tip = int(self.rpc.try_all([Question("eth_maxPriorityFeePerGas")])[0] or hex(TIP), 16)
        return Fees(2 * head.base_fee + tip, tip)

    def count(self, address: str, block: int | None = None) -> int:
        """Tell how many transactions of an account are in the chain, up to a block or now."""
        return int(self.rpc.ask("eth_getTransactionCount", address, hex(block) if block is not None else "latest"), 16)

    def balance(self, address: str) -> int:
        """Give an account's wei."""
        return int(self.rpc.ask("eth_getBalance", address, "latest"), 16)

    def code(self, address: str) -> str:
        """Give a contract's code in hex without ``0x``; empty where there is none."""
        return str(self.rpc.ask("eth_getCode", address, "latest")).removeprefix("0x")

    def call(self, contract: str, data: str) -> str:
        """Read from a contract. Raises ``Refused`` when it reverts."""
        return str(self.rpc.ask("eth_call", {"to": contract, "data": data}, "latest"))

    def gas(self, sender: str, contract: str | None, data: str) -> int:
        """Tell what a call takes, with a fifth in reserve. Raises ``Refused`` with the data of what it reverts with."""
        tried = {"from": sender, "data": data} | ({"to": contract} if contract else {})
        return int(self.rpc.ask("eth_estimateGas", tried), 16) * 6 // 5

    def send(self, raw: str) -> None:
        """Tell the node of a signed transaction; that it knows it, or a better one, is as good.

        Raises ``Refused`` where it takes it for no good.
        """
        try:
            self.rpc.ask("eth_sendRawTransaction", raw)
        except Refused as error:
            said = error.said.lower()
            if not any(word in said for word in (*KNOWN, *PASSED)):
                raise

    def receipts(self, hashes: Sequence[str]) -> dict[str, Receipt]:
        """Give the receipts of those transactions that are in blocks."""
        asked = [Question("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in hashes]
        answers = self.rpc.ask_all(asked)
        return {tx_hash: _receipt(told) for tx_hash, told in zip(hashes, answers, strict=True) if told}

    def pooled(self, hashes: Sequence[str]) -> set[str]:
        """Give those transactions that the node knows, be it in its pool or in a block."""
        asked = [Question("eth_getTransactionByHash", (tx_hash,)) for tx_hash in hashes]
        return {tx_hash for tx_hash, told in zip(hashes, self.rpc.ask_all(asked), strict=True) if told}

    def minted(self, places: Sequence[Place]) -> dict[Place, bool]:
        """Tell which tokens were ever given out."""
        calls = [{"to": place.contract, "data": abi.call(token.MINTED, abi.uint(place.number))} for place in places]
        answers = self.rpc.ask_all([Question("eth_call", (call, "latest")) for call in calls])
        return {place: bool(abi.read_uint(told)) for place, told in zip(places, answers, strict=True)}

    def event(self, place: Place) -> Event | None:
        """Find the mint of a token in the log, whoever made it."""
        topics = [token.MINTED_TOPIC, f"0x{place.token_id}"]
        asked = {"address": place.contract, "topics": topics, "fromBlock": "0x0", "toBlock": "latest"}
        found = self.rpc.ask("eth_getLogs", asked)
        return token.event_of(found[0]) if found else None


def _receipt(told: Mapping[str, Any]) -> Receipt:
    try:
        return Receipt(
            tx_hash=told["transactionHash"],
            block_number=int(told["blockNumber"], 16),
            block_hash=told["blockHash"],
            is_ok=int(told["status"], 16) == 1,
            fee_wei=int(told["gasUsed"], 16) * int(told["effectiveGasPrice"], 16),
            contract=told.get("contractAddress"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Transient("The chain's node gave a receipt that cannot be read.") from error
