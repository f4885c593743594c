"""A contract is deployed once, whoever dies meanwhile; and what is pinned is what was addressed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mediamill.db.session import Database
from mediamill.errors import Permanent, ProviderDown, Transient
from mediamill.mints import contracts
from mediamill.settings import Settings
from mediamill_testing.testchain import TestChain, anvil_chain
from mediamill_vendors.evm.chain import Chain
from mediamill_vendors.evm.deploying import Charter, Deployed, address_of, deploy, is_ours
from mediamill_vendors.evm.pinning import Pinner
from mediamill_vendors.evm.rpc import Question, Refused, Rpc
from mediamill_vendors.evm.signing import LocalSigner

SOMEBODY = "0x" + "ab" * 20
CID = "bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu"


class Died(BaseException):
    """Whoever deploys is gone."""


class DyingChain(Chain):
    """Whoever sends by it dies before the node has heard."""

    def send(self, raw: str) -> None:
        raise Died


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestChain]:
    with anvil_chain(tmp_path_factory.mktemp("chain")) as running:
        yield running


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    made = Database(Settings(database_url=SecretStr(database_url)))
    yield made
    made.engine.dispose()


def deployed(chain: Chain, db: Database, signer: LocalSigner, *, anew: bool = False) -> Deployed:
    charter = Charter("Tests", "TEST", SOMEBODY, signer.address, SOMEBODY, 0)
    return deploy(chain, db, signer, charter, anew=anew, patience_s=20)


def test_a_second_deploy_gives_the_contract_that_is_there_and_one_anew_another(chain: TestChain, db: Database) -> None:
    signer = chain.account()

    first, again = deployed(chain.chain, db, signer), deployed(chain.chain, db, signer)
    other = deployed(chain.chain, db, signer, anew=True)

    newest = db.run(lambda c: contracts.newest(c, chain.chain.id))
    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert first.address == again.address == address_of(signer.address, 0)
    assert newest is not None
    assert newest.address == other.address == address_of(signer.address, 1)
    assert is_ours(chain.chain, first.address)
    assert not is_ours(chain.chain, SOMEBODY)


def test_a_deploy_that_died_before_it_was_sent_is_gone_on_with_and_signs_nothing_more(
    chain: TestChain, db: Database
) -> None:
    signer = chain.account()
    with pytest.raises(Died):
        deployed(DyingChain(chain.rpc), db, signer)
    assert db.run(lambda c: contracts.newest(c, chain.chain.id)) is None

    made = deployed(chain.chain, db, signer)

    assert made.address == address_of(signer.address, 0)
    assert chain.chain.count(signer.address) == 1


def test_a_node_of_another_chain_than_is_wanted_is_refused(chain: TestChain) -> None:
    with pytest.raises(Permanent, match="31337, and MEDIAMILL_EVM_CHAIN_ID says 1"):
        Chain(chain.rpc, wanted_id=1).id  # noqa: B018  # to ask is the deed


def test_many_questions_are_answered_in_their_order_and_a_refusal_is_one_of_them(chain: TestChain) -> None:
    asked = [Question("eth_chainId"), Question("no_such_method"), *[Question("eth_chainId")] * 150]

    told = chain.rpc.try_all(asked)

    assert told == ["0x7a69", None, *["0x7a69"] * 150]
    with pytest.raises(Refused, match="no_such_method"):
        chain.rpc.ask_all(asked)


def test_a_node_that_is_not_there_is_a_provider_that_is_down() -> None:
    with pytest.raises(ProviderDown):
        Rpc("http://127.0.0.1:9").ask("eth_chainId")


@contextmanager
def answering(told: bytes, seen: list[tuple[str, bytes]]) -> Iterator[str]:
    """Run an HTTP server that answers everything alike, and keeps what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("told", [b"<html>", b"[]", b"", b'{"jsonrpc": "2.0", "id": 0}', b'"0x1"'])
def test_a_node_that_talks_nonsense_may_talk_sense_another_time(told: bytes) -> None:
    with answering(told, []) as url, pytest.raises(Transient):
        Rpc(url).ask("eth_chainId")


def test_what_is_pinned_is_sent_whole_and_kept_as_it_was_addressed(tmp_path: Path) -> None:
    seen: list[tuple[str, bytes]] = []
    (tmp_path / "file").write_bytes(b"\x00")

    with answering(json.dumps({"Name": "file", "Hash": CID}).encode() + b"\n", seen) as url:
        pinned = Pinner(f"{url}/prefix").pin(tmp_path / "file", CID)

    [(path, body)] = seen
    assert pinned == CID
    assert path.startswith("/prefix/api/v0/add?cid-version=1&raw-leaves=true")
    assert b"\r\n\r\n\x00\r\n--" in body


def test_a_node_that_would_address_it_otherwise_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"other")

    with answering(b'{"Hash": "QmOther"}', []) as url, pytest.raises(Permanent, match="as QmOther"):
        Pinner(url).pin(tmp_path / "file", CID)
