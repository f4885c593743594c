"""Which program is the node: anvil where it is at hand, else one in Python."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

from mediamill.clock import monotonic
from mill.stack.errors import DidNotStart
from mill.stack.ports import LOOPBACK, answers

CHAIN_ID = 31337
ANVIL = "MEDIAMILL_ANVIL"
"""Names the program where it is neither on the path nor among the checkout's tools."""
START_TIMEOUT_S = 30.0
_LOOK_S = 0.01


def anvil() -> Path | None:
    """Find anvil, if it is here."""
    named = os.environ.get(ANVIL)
    found = named or shutil.which("anvil")
    if found:
        return Path(found)
    tool = tool_folder() / "node_modules" / package() / "bin" / "anvil"
    return tool if tool.is_file() else None


def package() -> str:
    """Give the npm package that holds anvil for this machine."""
    machine = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"@foundry-rs/anvil-{platform.system().lower()}-{machine}"


def tool_folder() -> Path:
    """Give the folder of the checkout whose Python this is that npm may install anvil into."""
    return Path(sys.prefix).parent / ".tools" / "anvil"


def command(port: int, state: Path | None = None, *more: str) -> list[str | Path]:
    """Give how a node is started; only anvil takes ``more`` and keeps its ``state`` in a file."""
    program = anvil()
    if program is None:
        return [sys.executable, "-m", "mill.chain.tester", "--port", str(port), "--chain-id", str(CHAIN_ID)]
    kept = ["--state", str(state), "--state-interval", "1"] if state else []
    at = ["--host", LOOPBACK, "--port", str(port), "--chain-id", str(CHAIN_ID)]
    return [program, *at, "--quiet", *kept, *more]


def await_node(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until a node listens. Raises ``DidNotStart``."""
    deadline = monotonic() + START_TIMEOUT_S
    while not answers(port):
        if process.poll() is not None:
            raise DidNotStart(f"The chain's node ended with exit code {process.returncode}.", log=log)
        if monotonic() > deadline:
            raise DidNotStart(f"The chain's node did not answer within {START_TIMEOUT_S:.0f} s.", log=log)
        time.sleep(_LOOK_S)
