"""Who signs: a key file, a key of a test network, or a signer elsewhere; all give the bytes of one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from mediamill.errors import Permanent
from mediamill.mints.book import Signed
from mediamill.settings import Settings
from mediamill_vendors.evm.rpc import Rpc
from mediamill_vendors.refusals import refused

TEST_CHAINS = frozenset({1337, 31337, 17000, 80002, 84532, 421614, 560048, 11155111, 11155420})
"""Chains whose coins are worth nothing; only there may a key lie in the environment."""


class Draft(NamedTuple):
    """A transaction that is to be signed; it carries no coins."""

    chain_id: int
    nonce: int
    to: str | None
    """None: it deploys."""
    data: str
    gas: int
    max_fee: int
    tip: int

    def fields(self) -> dict[str, Any]:
        """Give it as EIP-1559 has it."""
        return {
            "type": 2,
            "chainId": self.chain_id,
            "nonce": self.nonce,
            "to": bytes.fromhex((self.to or "").removeprefix("0x")),
            "value": 0,
            "data": self.data,
            "gas": self.gas,
            "maxFeePerGas": self.max_fee,
            "maxPriorityFeePerGas": self.tip,
        }


class Signer(Protocol):
    """Holds a key, or knows who does."""

    address: str
    """In lower case."""

    def sign(self, draft: Draft) -> Signed:
        """Sign a transaction."""


class LocalSigner:
    """Signs with a key in this process. It is never logged, printed, or given out again."""

    def __init__(self, account: LocalAccount) -> None:
        self._account = account
        self.address = str(account.address).lower()

    def sign(self, draft: Draft) -> Signed:
        """Sign a transaction: the same bytes each time."""
        return _signed(bytes(self._account.sign_transaction(draft.fields()).raw_transaction))


class RemoteSigner:
    """Has a transaction signed over JSON-RPC, and believes nothing of what comes back that it has not checked."""

    def __init__(self, rpc: Rpc, address: str) -> None:
        self._rpc = rpc
        self.address = address.lower()

    def sign(self, draft: Draft) -> Signed:
        """Have it signed. Raises ``Permanent`` for another transaction than was asked for, or another's signature."""
        asked = {name: _hex(value) for name, value in draft.fields().items() if name not in {"type", "to"}}
        to = {"to": draft.to} if draft.to else {}
        told = self._rpc.ask("eth_signTransaction", {"from": self.address, **asked, **to})
        raw = told.get("raw") if isinstance(told, Mapping) else told
        return _signed(self._checked(draft, raw))

    def _checked(self, draft: Draft, told: Any) -> bytes:
        try:
            raw = HexBytes(told)
            found = TypedTransaction.from_bytes(raw).as_dict()
            sender = str(Account.recover_transaction(raw)).lower()
        except Exception as error:
            raise refused(Permanent("The remote signer gave something that is no transaction.")) from error
        wrong = [
            name
            for name, value in draft.fields().items()
            if name != "type" and _plain(found.get(name)) != _plain(value)
        ]
        if wrong or sender != self.address:
            what = ", ".join(wrong) or "the sender"
            raise refused(Permanent(f"The remote signer signed something else than was asked for: {what} differs."))
        return bytes(raw)


def signer_of(config: Settings, chain_id: int) -> Signer:
    """Give the signer that the settings name. Raises ``Permanent`` where there is none, or none that may be used."""
    if url := config.evm_signer_url.get_secret_value():
        if not config.evm_signer_address:
            raise refused(Permanent("MEDIAMILL_EVM_SIGNER_URL needs MEDIAMILL_EVM_SIGNER_ADDRESS beside it."))
        return RemoteSigner(Rpc(url), config.evm_signer_address)
    if config.evm_keystore:
        return _opened(config.evm_keystore, config.evm_keystore_password.get_secret_value())
    if key := config.evm_private_key.get_secret_value():
        if chain_id not in TEST_CHAINS:
            raise refused(
                Permanent(f"A key in the environment signs on test networks only, and chain {chain_id} is none.")
            )
        return LocalSigner(_account(key))
    raise refused(Permanent("No minting key is configured: see MEDIAMILL_EVM_KEYSTORE and MEDIAMILL_EVM_SIGNER_URL."))


@lru_cache(maxsize=4)
def _opened(path: str, password: str) -> LocalSigner:
    """Open a key file once: that takes most of a second, and is meant to."""
    try:
        return LocalSigner(Account.from_key(Account.decrypt(json.loads(Path(path).read_text("utf-8")), password)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refused(Permanent(f"The key file {path} cannot be opened: {error}.")) from error


def _account(key: str) -> LocalAccount:
    try:
        made: LocalAccount = Account.from_key(key)
    except Exception:  # noqa: BLE001  # whatever it says may hold the key
        raise refused(Permanent("MEDIAMILL_EVM_PRIVATE_KEY is no key: 64 digits of hex are.")) from None
    return made


def _signed(raw: bytes) -> Signed:
    return Signed(f"0x{keccak(raw).hex()}", raw)


def _hex(value: Any) -> str:
    return hex(value) if isinstance(value, int) else str(value)


def _plain(value: Any) -> object:
    return value if isinstance(value, int) else bytes(HexBytes(value or b""))
