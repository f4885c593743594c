"""A real node on loopback for tests: anvil where npm is at hand, with the levers that make a chain misbehave."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from pydantic import SecretStr

from mediamill.db.session import Database, database
from mediamill.settings import Settings, settings
from mediamill_vendors.evm import abi, minter, pinning, reading, token, vendor
from mediamill_vendors.evm.chain import Chain
from mediamill_vendors.evm.deploying import Charter, deploy
from mediamill_vendors.evm.rpc import Rpc
from mediamill_vendors.evm.signing import Draft, LocalSigner
from mill.chain import node
from mill.stack.ports import free_port
from mill.stack.processes import spawn

ANVIL_VERSION = "1.7.1"
COINS = 1_000 * 10**18


def installed_anvil() -> Path:
    """Give anvil, installed into the checkout's tools where npm can. Skips the test where there is neither."""
    folder = node.tool_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if node.anvil() is None and (npm := shutil.which("npm")):
            package = f"{node.package()}@{ANVIL_VERSION}"
            argv = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", package]
            subprocess.run(argv, capture_output=True, timeout=120, check=False)
    found = node.anvil()
    if found is None:
        pytest.skip("anvil is not here and npm cannot install it")
    return found


class TestChain:
    """A node that a test starts, kills, and lets misbehave."""

    __test__ = False

    def __init__(self, folder: Path, argv: list[str | Path], port: int) -> None:
        self._folder = folder
        self._argv = argv
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{port}"
        self.rpc = Rpc(self.url)
        self.chain = Chain(self.rpc)

    def start(self) -> None:
        """Start it, with what it had when it has a state."""
        log = self._folder / "chain.log"
        self._process = spawn(self._argv, log, env=dict(os.environ), dies_by=None, cwd=self._folder)
        node.await_node(self._process, self._port, log)

    def kill(self) -> None:
        """Kill it as a crash would: what was only in its pool is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.rpc.close()

    def ask(self, method: str, *params: Any) -> Any:
        """Ask the node."""
        return self.rpc.ask(method, *params)

    def automine(self, *, on: bool) -> None:
        """Have each transaction mined as it comes, or all of them kept in the pool."""
        self.ask("evm_setAutomine", on)

    def mine(self, blocks: int = 1) -> None:
        """Make blocks of what is in the pool."""
        self.ask("anvil_mine", hex(blocks))

    def fund(self, address: str, wei: int = COINS) -> None:
        """Give an account coins."""
        self.ask("anvil_setBalance", address, hex(wei))

    def account(self) -> LocalSigner:
        """Give a new key with coins."""
        made = LocalSigner(Account.from_key(secrets.token_hex(32)))
        self.fund(made.address)
        return made

    def act(self, who: LocalSigner, contract: str | None, data: str, gas: int = 3_000_000) -> str:
        """Send a transaction by a key that nobody else uses, and give its hash."""
        fees = self.chain.fees()
        draft = Draft(self.chain.id, self.chain.count(who.address), contract, data, gas, fees.max_fee, fees.tip)
        signed = who.sign(draft)
        self.ask("eth_sendRawTransaction", f"0x{signed.raw.hex()}")
        return signed.tx_hash

    def pool(self) -> dict[str, int]:
        """Tell how many transactions are in the pool: ``pending`` and, behind a gap, ``queued``."""
        return {name: int(number, 16) for name, number in self.ask("txpool_status").items()}

    def tokens_of(self, contract: str, owner: str) -> int:
        """Tell how many tokens an account has."""
        return int(self.chain.call(contract, f"0x70a08231{owner.removeprefix('0x'):0>64}"), 16)


@contextmanager
def anvil_chain(folder: Path, *more: str) -> Iterator[TestChain]:
    """Run anvil for the length of the block, with its state in a file."""
    installed_anvil()
    with running(folder, node.command(port := free_port(), folder / "chain.json", *more), port) as made:
        yield made


@contextmanager
def python_chain(folder: Path) -> Iterator[TestChain]:
    """Run the node that needs nothing but Python."""
    port = free_port()
    argv: list[str | Path] = [sys.executable, "-m", "mill.chain.tester", "--port", str(port), "--chain-id", "31337"]
    with running(folder, argv, port) as made:
        yield made


@contextmanager
def some_chain(folder: Path) -> Iterator[TestChain]:
    """Run anvil where it is at hand, else the node in Python, which takes a second for what anvil does in a blink."""
    with anvil_chain(folder) if node.anvil() or shutil.which("npm") else python_chain(folder) as made:
        yield made


@contextmanager
def running(folder: Path, argv: list[str | Path], port: int) -> Iterator[TestChain]:
    """Run a node for the length of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    made = TestChain(folder, argv, port)
    made.start()
    try:
        yield made
    finally:
        made.kill()


class Mint:
    """A key with coins, and its contract on a chain."""

    def __init__(self, chain: TestChain, key: str | None = None) -> None:
        self.chain = chain
        self.key = key or secrets.token_hex(32)
        self.signer = LocalSigner(Account.from_key(self.key))
        self.owner = chain.account()
        """Who may set minters; another key than that which mints."""
        chain.fund(self.signer.address)
        self.contract = ""

    def deployed(self, database_url: str) -> Mint:
        """Have the contract deployed, and known to a database."""
        db = Database(Settings(database_url=SecretStr(database_url)))
        me = self.signer.address
        charter = Charter("Tests", "TEST", self.owner.address, me, me, 500)
        self.contract = deploy(self.chain.chain, db, self.signer, charter, anew=True, patience_s=20).address
        db.engine.dispose()
        return self

    def sent(self) -> int:
        """Tell how many transactions of the key are in the chain."""
        return self.chain.chain.count(self.signer.address)

    def set_minter(self, *, allowed: bool) -> None:
        """Let the key mint, or no longer."""
        data = abi.call(token.SET_MINTER, abi.address(self.signer.address), abi.uint(allowed))
        self.chain.act(self.owner, self.contract, data)

    def settings(self, database_url: str) -> dict[str, str]:
        """Give the settings of a process that mints with this."""
        return {
            "MEDIAMILL_DATABASE_URL": database_url,
            "MEDIAMILL_EVM_RPC_URL": self.chain.url,
            "MEDIAMILL_EVM_PRIVATE_KEY": self.key,
            "MEDIAMILL_EVM_CONFIRMATIONS": "1",
            "MEDIAMILL_EVM_BLOCK_S": "0",
            "MEDIAMILL_EVM_IN_FLIGHT": "200",
        }


@contextmanager
def minting(patch: pytest.MonkeyPatch, told: Mapping[str, str]) -> Iterator[None]:
    """Have this process mint by these settings for the length of the block."""
    for name, value in told.items():
        patch.setenv(name, value)
    _forget()
    try:
        yield
    finally:
        database().engine.dispose()
        patch.undo()
        _forget()


def _forget() -> None:
    """Forget what this process has read from its environment, and the ways that it has made of that."""
    cached = (settings, database, vendor.evm, minter.minter, reading.reader, pinning.pinner)
    for made in cached:
        made.cache_clear()
