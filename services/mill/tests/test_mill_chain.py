"""The chain of one's own: a door that costs nothing, a node for who comes first, and what the command tells of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from eth_account import Account
from typer.testing import CliRunner

from mediamill_testing.stacks import running_stack
from mediamill_testing.testchain import TestChain, anvil_chain, installed_anvil
from mediamill_vendors.evm import abi, token
from mediamill_vendors.evm.signing import LocalSigner
from mill.chain.door import Door
from mill.cli.chain import app
from mill.errors import WrongUse
from mill.stack.errors import DidNotStart

RECIPIENT = "0x" + "ab" * 20
KEY = "11" * 32


@contextmanager
def echoing() -> Iterator[int]:
    """Run an HTTP server that gives back what it is sent."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def post(port: int, body: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as way:
        head = f"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        way.sendall(head.encode() + body)
        answer = b""
        with suppress(ConnectionResetError):  # by who was turned away with what it had to say unread
            while chunk := way.recv(65_536):
                answer += chunk
    return answer.partition(b"\r\n\r\n")[2]


def test_a_door_wakes_nobody_before_somebody_comes_and_hands_everything_on() -> None:
    woken: list[int] = []
    with echoing() as port:

        def wake() -> int:
            woken.append(port)
            return port

        door = Door(None, wake)
        door.open()
        before = len(woken)
        large = os.urandom(300_000)
        answers = [post(door.port, body) for body in (b"first", large)]
        door.close()

    assert before == 0
    assert answers == [b"first", large]
    assert woken
    with pytest.raises(ConnectionRefusedError):
        post(door.port, b"late")


def test_a_door_whose_node_does_not_start_turns_a_guest_away_and_tries_again_for_the_next() -> None:
    tries: list[int] = []
    with echoing() as port:

        def wake() -> int:
            tries.append(port)
            if len(tries) == 1:
                raise DidNotStart("not today")
            return port

        door = Door(None, wake)
        door.open()
        turned_away = post(door.port, b"first")
        served = post(door.port, b"second")
        door.close()

    assert (turned_away, served) == (b"", b"second")


@pytest.fixture
def chain(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestChain]:
    """A chain that the settings of this process name, with a key that has coins."""
    with anvil_chain(tmp_path / "chain") as running:
        running.fund(LocalSigner(Account.from_key(KEY)).address)
        monkeypatch.setenv("MEDIAMILL_DATABASE_URL", database_url)
        monkeypatch.setenv("MEDIAMILL_EVM_RPC_URL", running.url)
        monkeypatch.setenv("MEDIAMILL_EVM_PRIVATE_KEY", KEY)
        yield running


def told(*arguments: str) -> dict[str, Any]:
    ran = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    return dict(json.loads(ran.stdout))


def test_the_command_deploys_once_and_shows_what_is_there(chain: TestChain) -> None:
    before = told("status")

    made = told("deploy", "--name", "Our films", "--symbol", "FILM", "--royalty", f"{RECIPIENT}:7.5")
    again = told("deploy")
    after = told("status")

    royalty = chain.chain.call(made["address"], abi.call(token.ROYALTY_INFO, abi.uint(1), abi.uint(10_000)))
    assert (before["contract"], before["signer"]["may_mint"]) == (None, False)
    assert (made["is_new"], again["is_new"], again["address"]) == (True, False, made["address"])
    assert (after["contract"], after["is_ours"], after["signer"]["may_mint"]) == (made["address"], True, True)
    assert (after["signer"]["sent"], after["signer"]["signed"]) == (1, 1)
    assert after["mints"] == {"signed": 0, "minted": 0, "failed": 0}
    assert (abi.read_address(royalty), abi.read_uint(royalty, 1)) == (RECIPIENT, 750)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--owner", "0x12"], "40 digits of hex"),
        (["--royalty", f"{RECIPIENT}:101"], "percentage up to 100"),
        (["--royalty", RECIPIENT], "percentage up to 100"),
    ],
)
def test_a_deploy_that_makes_no_sense_is_refused_before_anything_is_signed(
    chain: TestChain, arguments: list[str], words: str
) -> None:
    with pytest.raises(WrongUse, match=words):
        CliRunner().invoke(app, ["deploy", *arguments], catch_exceptions=False)

    assert chain.chain.head().number == 0


def test_without_a_chain_the_command_says_how_to_get_one(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAMILL_DATABASE_URL", database_url)

    with pytest.raises(WrongUse, match="MEDIAMILL_EVM_RPC_URL"):
        CliRunner().invoke(app, ["status"], catch_exceptions=False)


def png() -> bytes:
    """Give a picture of one pixel."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(4))), (b"IEND", b""))
    whole = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + whole


def test_a_stack_starts_its_chain_with_the_first_mint_and_keeps_it_over_the_nodes_death(tmp_path: Path) -> None:
    with running_stack(tmp_path, MEDIAMILL_ANVIL=str(installed_anvil())) as stack:
        log = stack.data / "logs" / "chain.log"
        was_asleep = not log.exists()
        with stack.client() as client:
            asset = client.post("/v1/assets", content=png()).raise_for_status().json()
        wanted = {"asset": asset["id"], "name": "A pixel", "recipient": RECIPIENT}
        first = stack.ended(stack.submit("blockchain.mint", wanted)["id"], 120)
        os.kill(stack.parts()["chain"], signal.SIGKILL)
        second = stack.ended(stack.submit("blockchain.mint", {**wanted, "edition": 2})["id"], 120)
        verified = stack.ended(stack.submit("blockchain.verify", {"token_id": first["output"]["token_id"]})["id"], 120)
        secret = stack.data / "secrets" / "chain"

        assert was_asleep
        assert [job["state"] for job in (first, second, verified)] == ["succeeded"] * 3, (first, second, verified)
        assert verified["output"]["owner"].lower() == RECIPIENT
        assert secret.stat().st_mode & 0o777 == 0o600
