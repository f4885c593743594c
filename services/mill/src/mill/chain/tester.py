"""``python -m mill.chain.tester``: a node in Python for machines without anvil. It mines at once and keeps nothing.

It speaks as much JSON-RPC as minting needs. What it forgets when it ends is sent to it again from the book of mints.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import BlockNotFound, TransactionFailed, TransactionNotFound
from eth_utils.exceptions import ValidationError

LOOPBACK = "127.0.0.1"
REFUSED = -32000
REVERTED = 3
NO_SUCH_METHOD = -32601
TRANSFER_GAS = 21_000
_QUANTITIES = frozenset(
    "number timestamp gasLimit gasUsed baseFeePerGas blockNumber transactionIndex cumulativeGasUsed "
    "effectiveGasPrice status logIndex nonce value gas maxFeePerGas maxPriorityFeePerGas chainId".split()
)


class Refusal(Exception):
    """An error as JSON-RPC has it."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        self.error = {"code": code, "message": message} | ({"data": data} if data is not None else {})
        super().__init__(message)


class Node:
    """A chain in memory, asked by the names of JSON-RPC."""

    def __init__(self, chain_id: int) -> None:
        backend = PyEVMBackend()
        type(backend.chain).chain_id = chain_id
        self._chain_id = chain_id
        self._tester = EthereumTester(backend)
        self._lock = threading.Lock()
        self._methods: dict[str, Callable[..., Any]] = {
            "eth_chainId": lambda: hex(self._chain_id),
            "web3_clientVersion": lambda: "mediamill/py-evm",
            "eth_blockNumber": lambda: hex(self._tester.get_block_by_number("latest")["number"]),
            "eth_getBlockByNumber": lambda block, full: _told(self._tester.get_block_by_number(_block(block), full)),
            "eth_maxPriorityFeePerGas": lambda: hex(10**9),
            "eth_getTransactionCount": lambda who, block: hex(self._tester.get_nonce(who, _block(block))),
            "eth_getBalance": lambda who, block: hex(self._tester.get_balance(who, _block(block))),
            "eth_getCode": lambda who, block: self._tester.get_code(who, _block(block)),
            "eth_call": lambda call, block: self._tester.call(self._call(call), _block(block)),
            "eth_estimateGas": lambda call, *_: hex(self._tester.estimate_gas(self._call(call))),
            "eth_sendRawTransaction": self._send,
            "eth_getTransactionReceipt": lambda tx: self._found(self._tester.get_transaction_receipt, tx),
            "eth_getTransactionByHash": lambda tx: self._found(self._tester.get_transaction_by_hash, tx),
            "eth_getLogs": self._logs,
            "anvil_setBalance": self._fund,
            "anvil_mine": lambda *count: self._tester.mine_blocks(int(count[0], 16) if count else 1),
        }

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request."""
        told = {"jsonrpc": "2.0", "id": asked.get("id")}
        try:
            with self._lock:
                return {**told, "result": self._do(str(asked.get("method")), asked.get("params") or [])}
        except Refusal as refusal:
            return {**told, "error": refusal.error}

    def _do(self, method: str, params: list[Any]) -> Any:
        if method not in self._methods:
            raise Refusal(NO_SUCH_METHOD, f"the method {method} does not exist")
        try:
            return self._methods[method](*params)
        except TransactionFailed as failed:
            data = getattr(failed.args[0], "args", [b""])[0] if failed.args else b""
            raise Refusal(REVERTED, "execution reverted", _data(data)) from failed
        except (ValidationError, BlockNotFound, TypeError, ValueError) as error:
            raise Refusal(REFUSED, _words(str(error))) from error

    def _send(self, raw: str) -> str:
        return str(self._tester.send_raw_transaction(raw))

    def _found(self, find: Callable[[str], Mapping[str, Any]], tx_hash: str) -> Any:
        try:
            return _told(find(tx_hash))
        except TransactionNotFound:
            return None

    def _logs(self, asked: Mapping[str, Any]) -> list[Any]:
        blocks = {"from_block": _block(asked["fromBlock"]), "to_block": _block(asked["toBlock"])}
        found = self._tester.get_logs(**blocks, address=asked["address"], topics=asked["topics"])
        return [_told(log) for log in found]

    def _call(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Read a call; one that names no account is made by one that has coins, as gas is paid for here."""
        wanted = {name: asked[name] for name in ("from", "to", "data") if name in asked}
        return {"from": self._tester.get_accounts()[0], **wanted}

    def _fund(self, who: str, wei: str) -> None:
        """Give an account what it lacks of so many wei, out of an account that the chain began with."""
        missing = int(wei, 16) - self._tester.get_balance(who)
        if missing > 0:
            rich = next(a for a in self._tester.get_accounts() if self._tester.get_balance(a) > missing + 10**18)
            self._tester.send_transaction({"from": rich, "to": who, "value": missing, "gas": TRANSFER_GAS})


def _block(name: str) -> str | int:
    return int(name, 16) if name.startswith("0x") else name


def _told(value: Any, name: str = "") -> Any:
    """Write a value as JSON-RPC does: names in camel case, numbers in hex."""
    if isinstance(value, Mapping):
        pairs = ((_camel(key), inner) for key, inner in value.items())
        return {key: _told(inner, key) for key, inner in pairs}
    if isinstance(value, (list, tuple)):
        return [_told(inner) for inner in value]
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, int) and not isinstance(value, bool) and name in _QUANTITIES:
        return hex(value)
    return value


def _camel(name: str) -> str:
    if name == "hash":
        return name
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _data(data: Any) -> str:
    """Write what a contract reverts with; of a call the backend gives it as Python would print it."""
    if isinstance(data, str) and data.startswith(("b'", 'b"')):
        data = ast.literal_eval(data)
    return f"0x{data.hex()}" if isinstance(data, bytes) else "0x"


def _words(said: str) -> str:
    """Say what other nodes say, who tell these two apart by their words."""
    if "nonce" in said:
        expected, _, got = said.partition("Expected ")[2].partition(", but got ")
        return "nonce too low" if got.isdigit() and int(got) < int(expected) else f"nonce too high: {said}"
    return "insufficient funds for gas" if "balance" in said.lower() else said


def serve(port: int, chain_id: int) -> ThreadingHTTPServer:
    """Make a server of a new chain on loopback."""
    node = Node(chain_id)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Answer a request, or a list of them."""
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            told = [node.answer(one) for one in asked] if isinstance(asked, list) else node.answer(asked)
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing of single requests."""

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    return server


def main() -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m mill.chain.tester", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--chain-id", type=int, required=True)
    arguments = parser.parse_args()
    serve(arguments.port, arguments.chain_id).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
