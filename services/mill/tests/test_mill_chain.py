"""The chain of one's own: a door that costs nothing, a node for who comes first, and what the command tells of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mediamill_testing.stacks import Stack, running_stack, until
from mediamill_testing.testchain import installed_anvil
from mill.chain.door import Door
from mill.stack.errors import DidNotStart

RECIPIENT = "0x" + "ab" * 20


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


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    anvil = installed_anvil()
    with running_stack(tmp_path_factory.mktemp("chain"), MEDIAMILL_ANVIL=str(anvil)) as running:
        yield running


def png() -> bytes:
    """Give a picture of one pixel."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(4))), (b"IEND", b""))
    whole = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + whole


def told(stack: Stack, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(stack.mill("chain", *arguments, "--json").stdout))


def test_a_stack_starts_its_chain_with_the_first_mint_and_keeps_it_over_the_nodes_death(stack: Stack) -> None:
    assert "chain" not in stack.parts()
    with stack.client() as client:
        asset = client.post("/v1/assets", content=png()).raise_for_status().json()
    wanted = {"asset": asset["id"], "name": "Bytes", "recipient": RECIPIENT}

    first = stack.ended(stack.submit("blockchain.mint", wanted)["id"], 120)
    node = until(lambda: stack.parts().get("chain"))
    status = told(stack, "status")
    os.kill(node, signal.SIGKILL)
    second = stack.ended(stack.submit("blockchain.mint", {**wanted, "edition": 2})["id"], 120)
    verified = stack.ended(stack.submit("blockchain.verify", {"token_id": first["output"]["token_id"]})["id"], 120)
    again = told(stack, "deploy")

    assert [job["state"] for job in (first, second, verified)] == ["succeeded"] * 3, (first, second, verified)
    assert until(lambda: stack.parts().get("chain")) != node
    assert (status["chain_id"], status["is_ours"], status["mints"]["minted"]) == (31337, True, 1)
    assert (status["signer"]["may_mint"], status["signer"]["sent"]) == (True, 2)
    assert verified["output"]["owner"].lower() == RECIPIENT
    assert (again["is_new"], again["address"]) == (False, status["contract"])
    assert status["contract"] == first["output"]["contract"].lower()


def test_the_command_says_what_is_wrong(stack: Stack) -> None:
    wrong = [
        stack.mill("chain", "deploy", "--owner", "0x12", check=False),
        stack.mill("chain", "deploy", "--royalty", f"{RECIPIENT}:101", check=False),
    ]
    [log] = [line for line in stack.mill("config").stdout.splitlines() if "EVM_PRIVATE_KEY" in line]

    assert [ended.returncode for ended in wrong] == [2, 2]
    assert "40 digits of hex" in wrong[0].stderr
    assert "percentage up to 100" in wrong[1].stderr
    assert "***" in log


def test_the_folder_holds_the_key_for_its_owner_only(stack: Stack) -> None:
    secret = Path(stack.data) / "secrets" / "chain"

    assert secret.stat().st_mode & 0o777 == 0o600
