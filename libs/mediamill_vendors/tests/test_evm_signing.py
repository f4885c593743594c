"""Who may sign, and what a signer elsewhere is believed."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from pydantic import SecretStr

from mediamill.errors import Permanent, Transient
from mediamill.settings import Settings
from mediamill_vendors.evm.rpc import Rpc
from mediamill_vendors.evm.signing import Draft, LocalSigner, RemoteSigner, signer_of

KEY, OTHER_KEY = "11" * 32, "22" * 32
MINE = LocalSigner(Account.from_key(KEY))
DRAFT = Draft(31337, 7, "0x" + "ab" * 20, "0xd4bf51a7", 200_000, 30 * 10**9, 10**9)
MAINNET, SEPOLIA = 1, 11_155_111
Change = Callable[[Draft], Draft]


def test_a_transaction_is_signed_to_the_same_bytes_each_time_and_recovers_to_its_key() -> None:
    signed = MINE.sign(DRAFT)

    assert signed == MINE.sign(DRAFT)
    assert Account.recover_transaction(signed.raw).lower() == MINE.address
    assert signed.raw[0] == 2


def test_a_key_file_is_opened_by_its_password(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(Account.encrypt(KEY, "open", kdf="pbkdf2", iterations=1000)))
    config = Settings(evm_keystore=str(file), evm_keystore_password=SecretStr("open"))

    assert signer_of(config, MAINNET).address == MINE.address


@pytest.mark.parametrize("password", ["", "shut"])
def test_a_key_file_with_another_password_is_refused_without_telling_the_password(
    tmp_path: Path, password: str
) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(Account.encrypt(KEY, "open", kdf="pbkdf2", iterations=1000)))
    config = Settings(evm_keystore=str(file), evm_keystore_password=SecretStr(password))

    with pytest.raises(Permanent, match=r"key\.json cannot be opened") as refused:
        signer_of(config, MAINNET)
    assert "shut" not in str(refused.value)


def test_a_key_in_the_environment_signs_on_test_networks_only() -> None:
    config = Settings(evm_private_key=SecretStr(KEY))

    assert signer_of(config, SEPOLIA).address == MINE.address
    with pytest.raises(Permanent, match="chain 1 is none"):
        signer_of(config, MAINNET)


def test_a_key_that_is_none_is_refused_and_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    with pytest.raises(Permanent, match="64 digits") as refused:
        signer_of(Settings(evm_private_key=SecretStr("secret-and-no-key")), SEPOLIA)

    assert "secret-and-no-key" not in f"{refused.value} {refused.value.__cause__} {caplog.text}"


def test_without_a_key_the_settings_are_named() -> None:
    with pytest.raises(Permanent, match="MEDIAMILL_EVM_KEYSTORE"):
        signer_of(Settings(), SEPOLIA)


@contextmanager
def signing_server(key: str, change: Change, *, wrap: bool = False, words: str | None = None) -> Iterator[RemoteSigner]:
    """Run a signer that speaks JSON-RPC, and does what it likes with what it is asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            [fields] = asked["params"]
            numbers = [int(fields[name], 16) for name in ("gas", "maxFeePerGas", "maxPriorityFeePerGas")]
            draft = Draft(
                int(fields["chainId"], 16), int(fields["nonce"], 16), fields.get("to"), fields["data"], *numbers
            )
            raw = f"0x{LocalSigner(Account.from_key(key)).sign(change(draft)).raw.hex()}"
            result: Any = words if words is not None else {"raw": raw, "tx": {}} if wrap else raw
            body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield RemoteSigner(Rpc(f"http://127.0.0.1:{server.server_address[1]}"), MINE.address.upper().replace("X", "x"))
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("wrap", [False, True], ids=["bare", "as geth wraps it"])
def test_a_remote_signer_gives_the_same_bytes_as_the_key_itself(wrap: bool) -> None:
    with signing_server(KEY, lambda draft: draft, wrap=wrap) as signer:
        assert signer.sign(DRAFT) == MINE.sign(DRAFT)


def test_a_remote_signer_deploys_too() -> None:
    with signing_server(KEY, lambda draft: draft) as signer:
        assert signer.sign(DRAFT._replace(to=None)) == MINE.sign(DRAFT._replace(to=None))


@pytest.mark.parametrize(
    ("key", "change", "told"),
    [
        (OTHER_KEY, lambda draft: draft, "the sender"),
        (KEY, lambda draft: draft._replace(to="0x" + "cd" * 20), "to"),
        (KEY, lambda draft: draft._replace(data="0x"), "data"),
        (KEY, lambda draft: draft._replace(nonce=8), "nonce"),
        (KEY, lambda draft: draft._replace(max_fee=draft.max_fee * 100), "maxFeePerGas"),
        (KEY, lambda draft: draft._replace(chain_id=1), "chainId"),
    ],
    ids=["another key", "another address", "other data", "another nonce", "higher fees", "another chain"],
)
def test_a_remote_signer_that_signs_something_else_is_not_believed(key: str, change: Change, told: str) -> None:
    with signing_server(key, change) as signer, pytest.raises(Permanent, match=f"{told} differs") as refused:
        signer.sign(DRAFT)
    assert refused.value.is_refusal


@pytest.mark.parametrize("words", ["0x", "0x02c0", "nonsense"])
def test_a_remote_signer_that_talks_nonsense_is_not_believed(words: str) -> None:
    with signing_server(KEY, lambda draft: draft, words=words) as signer, pytest.raises((Permanent, Transient)):
        signer.sign(DRAFT)
