from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from mediamill import clock
from mediamill.assets.keep import keep
from mediamill.providers.protocol import EffectKey
from mediamill_testing.harness import Mill
from mediamill_testing.mintbench import Bench
from mediamill_testing.testchain import Mint, TestChain, anvil_chain, minting
from mediamill_vendors.evm.seen import Wanted

RECIPIENT = "0x" + "ab" * 20
MillOf = Callable[[str], Mill]
Asked = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no worker be taken for dead here because a busy machine takes long for a hundred mints."""
    monkeypatch.setenv("MEDIAMILL_LEASE_S", "600")


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestChain]:
    """A chain of this module."""
    with anvil_chain(tmp_path_factory.mktemp("chain")) as running:
        yield running


@pytest.fixture
def mint(chain: TestChain, database_url: str) -> Mint:
    """A key and its contract, which this test's database knows."""
    return Mint(chain).deployed(database_url)


@pytest.fixture
def press(mint: Mint, mill_of: MillOf, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mill]:
    """The engine with the blockchain queue, on the chain."""
    with minting(monkeypatch, mint.settings(database_url)):
        yield mill_of("blockchain")


@pytest.fixture
def still(chain: TestChain) -> Iterator[TestChain]:
    """The chain, which makes blocks only when the test does."""
    chain.automine(on=False)
    yield chain
    chain.automine(on=True)
    chain.mine()


@pytest.fixture
def asked(press: Mill) -> Asked:
    """Give the input of a mint of some bytes that the first tenant, or another, has as an asset."""

    def make(content: bytes = b"a picture", tenant_id: UUID | None = None, **more: Any) -> dict[str, Any]:
        blob = press.store.put([content])
        with press.db.unit_of_work() as connection:
            kept = keep(connection, tenant_id or press.tenant, blob, media_type="image/png", width=4, height=4)
        return {"asset": kept.asset().id, "name": "A picture", "recipient": RECIPIENT, **more}

    return make


@pytest.fixture
def bench(press: Mill, mint: Mint, asked: Asked, still: TestChain) -> Bench:
    job = press.accept("blockchain.mint", asked())
    effect = EffectKey(job, 4, 1, "token", clock.now())
    facts = {"chain_id": 31337, "contract": mint.contract, "sha256": "5a" * 32, "edition": 1}
    return Bench(press, mint, effect, Wanted(**facts, recipient=RECIPIENT, uri="ipfs://metadata"))
