"""Our contract, as compiled and committed, on a real chain: what it lets whom do."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from mediamill_testing.stacks import until
from mediamill_testing.testchain import TestChain, some_chain
from mediamill_vendors.evm import abi, token
from mediamill_vendors.evm.deploying import Charter
from mediamill_vendors.evm.rpc import Refused
from mediamill_vendors.evm.signing import LocalSigner
from mill.chain.node import tool_folder

FOLDER = token.ARTEFACT.parent
SOLC = "solc@0.8.37"
NOBODY, SOMEBODY = "0x" + "00" * 20, "0x" + "ab" * 20
KEY, URI = b"\x07" * 32, "ipfs://" + "b" * 90
SELECTORS = {name.partition("(")[0]: selector for name, selector in token.artefact()["selectors"].items()}
SAFE_TRANSFER = token.artefact()["selectors"]["safeTransferFrom(address,address,uint256)"]


class Collection:
    """A contract on a chain, and those who deal with it."""

    def __init__(self, chain: TestChain) -> None:
        self.chain = chain
        self.owner, self.minter, self.holder, self.stranger = (chain.account() for _ in range(4))
        charter = Charter("Our films", "FILM", self.owner.address, self.minter.address, self.holder.address, 750)
        init = f"0x{token.artefact()['init']}{charter.arguments().hex()}"
        sent = chain.act(self.owner, None, init)
        told = until(lambda: chain.ask("eth_getTransactionReceipt", sent))
        self.address = str(told["contractAddress"]).lower()

    def do(self, who: LocalSigner, verb: str, *arguments: abi.Word) -> None:
        """Act. Raises ``Refused`` when the contract would undo it."""
        data = abi.call(
            verb if verb.isalnum() and len(verb) == 8 and verb not in SELECTORS else SELECTORS[verb], *arguments
        )
        self.chain.chain.gas(who.address, self.address, data)
        sent = self.chain.act(who, self.address, data)
        receipt = until(lambda: self.chain.ask("eth_getTransactionReceipt", sent))
        assert receipt["status"] == "0x1"

    def read(self, verb: str, *arguments: abi.Word) -> str:
        return self.chain.chain.call(self.address, abi.call(SELECTORS[verb], *arguments))

    def mint(self, number: int, to: str | None = None, who: LocalSigner | None = None) -> None:
        self.do(who or self.minter, "mint", abi.address(to or self.holder.address), abi.uint(number), URI, KEY)

    def owner_of(self, number: int) -> str:
        return abi.read_address(self.read("ownerOf", abi.uint(number)))


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    with some_chain(tmp_path_factory.mktemp("chain")) as chain:
        yield Collection(chain)


def refuses(error: str) -> Any:
    """Expect one of the contract's own errors."""
    entry = next(one for one in token.artefact()["abi"] if one["type"] == "error" and one["name"] == error)
    selector = keccak(text=f"{error}({','.join(kind['type'] for kind in entry['inputs'])})")[:4].hex()
    return pytest.raises(Refused, check=lambda refusal: str(refusal.data).startswith(f"0x{selector}"))


def test_what_python_calls_is_what_was_compiled() -> None:
    named = {
        "mint": token.MINT,
        "minted": token.MINTED,
        "ownerOf": token.OWNER_OF,
        "tokenURI": token.TOKEN_URI,
        "royaltyInfo": token.ROYALTY_INFO,
        "isMinter": token.IS_MINTER,
        "setMinter": token.SET_MINTER,
    }

    assert {name: SELECTORS[name] for name in named} == named
    assert f"0x{keccak(text='Minted(uint256,address,bytes32,string)').hex()}" == token.MINTED_TOPIC
    assert f"0x{keccak(text='AlreadyMinted(uint256)')[:4].hex()}" == token.ALREADY_MINTED
    assert f"0x{keccak(text='NotAMinter()')[:4].hex()}" == token.NOT_A_MINTER


def test_the_artefact_is_of_the_source_beside_it() -> None:
    source = (FOLDER / "MediaToken.sol").read_bytes()

    assert token.artefact()["source_sha256"] == hashlib.sha256(source).hexdigest()


def test_compiling_again_gives_the_same_bytes() -> None:
    modules = compiler()
    argv = [str(shutil.which("node")), str(FOLDER / "compile.mjs"), str(modules)]

    compiled = subprocess.run(argv, capture_output=True, check=True, timeout=60).stdout

    assert compiled == token.ARTEFACT.read_bytes()


def compiler() -> Path:
    """Give the folder that holds the compiler, installed where npm can. Skips the test where there is none."""
    npm, folder = shutil.which("npm"), tool_folder().parent / "solc"
    if npm is None or shutil.which("node") is None:
        pytest.skip("node is not here")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "node_modules" / "solc").is_dir():
            argv = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", SOLC]
            if subprocess.run(argv, capture_output=True, timeout=120, check=False, env=dict(os.environ)).returncode:
                pytest.skip("npm cannot install the compiler")
    return folder / "node_modules"


def test_a_token_has_its_owner_its_uri_and_its_event(collection: Collection) -> None:
    collection.mint(1)

    event = collection.chain.chain.event(token.Place(31337, collection.address, f"{1:064x}"))
    assert collection.owner_of(1) == collection.holder.address
    assert abi.read_text(collection.read("tokenURI", abi.uint(1))) == URI
    assert event is not None
    assert (event.recipient, event.uri, event.job_key) == (collection.holder.address, URI, f"0x{KEY.hex()}")
    assert abi.read_text(collection.read("name")) == "Our films"
    assert abi.read_text(collection.read("symbol")) == "FILM"


def test_an_id_is_given_out_once_and_not_again_after_its_token_was_burnt(collection: Collection) -> None:
    collection.mint(2)

    with refuses("AlreadyMinted"):
        collection.mint(2, SOMEBODY)
    collection.do(collection.holder, "burn", abi.uint(2))
    with refuses("AlreadyMinted"):
        collection.mint(2, SOMEBODY)
    with refuses("NoSuchToken"):
        collection.owner_of(2)


def test_only_minters_mint_and_only_the_owner_makes_minters(collection: Collection) -> None:
    stranger = collection.stranger

    with refuses("NotAMinter"):
        collection.mint(3, who=stranger)
    with refuses("NotAMinter"):
        collection.mint(3, who=collection.owner)
    with refuses("NotTheOwner"):
        collection.do(collection.minter, "setMinter", abi.address(stranger.address), abi.uint(1))
    collection.do(collection.owner, "setMinter", abi.address(stranger.address), abi.uint(1))
    collection.mint(3, who=stranger)
    collection.do(collection.owner, "setMinter", abi.address(stranger.address), abi.uint(0))
    with refuses("NotAMinter"):
        collection.mint(33, who=stranger)
    assert collection.owner_of(3) == collection.holder.address


def test_nobody_is_given_a_token(collection: Collection) -> None:
    with refuses("NobodyThere"):
        collection.mint(4, NOBODY)


def test_a_token_moves_by_its_holder_or_by_whom_that_one_allows_and_by_nobody_else(collection: Collection) -> None:
    holder, stranger = collection.holder, collection.stranger
    collection.mint(5)
    whole = (abi.address(holder.address), abi.address(stranger.address), abi.uint(5))
    back = (abi.address(stranger.address), abi.address(holder.address), abi.uint(5))

    with refuses("NotApproved"):
        collection.do(stranger, "transferFrom", *whole)
    collection.do(holder, "approve", abi.address(stranger.address), abi.uint(5))
    collection.do(stranger, "transferFrom", *whole)
    assert collection.owner_of(5) == stranger.address
    assert abi.read_address(collection.read("getApproved", abi.uint(5))) == NOBODY
    collection.do(stranger, "setApprovalForAll", abi.address(collection.minter.address), abi.uint(1))
    collection.do(collection.minter, SAFE_TRANSFER, *back)
    assert collection.owner_of(5) == holder.address


def test_a_contract_that_cannot_take_tokens_is_given_none_by_a_safe_transfer(collection: Collection) -> None:
    collection.mint(6)

    with refuses("NotTaken"):
        to = abi.address(collection.address)
        collection.do(collection.holder, SAFE_TRANSFER, abi.address(collection.holder.address), to, abi.uint(6))


def test_balances_follow_mints_transfers_and_burns(collection: Collection) -> None:
    a, b = collection.chain.account(), collection.chain.account()
    collection.mint(7, a.address)
    collection.mint(8, a.address)
    collection.do(a, "transferFrom", abi.address(a.address), abi.address(b.address), abi.uint(8))
    collection.do(a, "burn", abi.uint(7))

    held = [abi.read_uint(collection.read("balanceOf", abi.address(who.address))) for who in (a, b)]
    assert held == [0, 1]


def test_a_royalty_is_told_of_each_price_and_set_by_the_owner_up_to_all_of_it(collection: Collection) -> None:
    told = collection.read("royaltyInfo", abi.uint(1), abi.uint(10_000))
    assert (abi.read_address(told), abi.read_uint(told, 1)) == (collection.holder.address, 750)

    with refuses("TooMuch"):
        collection.do(collection.owner, "setRoyalty", abi.address(SOMEBODY), abi.uint(10_001))
    with refuses("NotTheOwner"):
        collection.do(collection.holder, "setRoyalty", abi.address(SOMEBODY), abi.uint(1))


def test_the_ownership_passes_when_the_heir_takes_it_and_not_before(collection: Collection) -> None:
    old, heir = collection.owner, collection.chain.account()

    collection.do(old, "offerOwnership", abi.address(heir.address))
    with refuses("NotTheOwner"):
        collection.do(collection.stranger, "takeOwnership")
    assert abi.read_address(collection.read("owner")) == old.address
    collection.do(heir, "takeOwnership")
    assert abi.read_address(collection.read("owner")) == heir.address
    with refuses("NotTheOwner"):
        collection.do(old, "offerOwnership", abi.address(old.address))
    collection.owner = heir


@pytest.mark.parametrize(
    ("interface", "is_there"),
    [("01ffc9a7", True), ("80ac58cd", True), ("5b5e139f", True), ("2a55205a", True), ("ffffffff", False)],
)
def test_it_says_which_standards_it_keeps(collection: Collection, interface: str, is_there: bool) -> None:
    told = collection.read("supportsInterface", bytes.fromhex(interface).ljust(32, b"\0"))

    assert bool(abi.read_uint(told)) is is_there


def test_the_code_on_the_chain_is_the_committed_one(collection: Collection) -> None:
    assert collection.chain.chain.code(collection.address) == token.artefact()["runtime"]
