"""The chain as a part of the stack: a door that is always open, a node that starts when somebody comes in."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from mill.chain.door import Door
from mill.chain.node import await_node, command
from mill.stack.environment import RPC_URL, chain_settings
from mill.stack.layout import Layout
from mill.stack.parts import Errand, Part
from mill.stack.ports import LOOPBACK, free_port, is_free
from mill.stack.processes import Identity, end, identify, spawn

QUEUE = "mediamill_media.blockchain"
STOP_GRACE_S = 5.0
PREPARE_TIMEOUT_S = 120.0


class ChainPart(Part):
    """The embedded chain. While nobody mints it is a listening socket of the supervisor's and no process."""

    name = "chain"

    def __init__(self, layout: Layout, preferred_port: int | None, env: Mapping[str, str]) -> None:
        self.log = layout.log(self.name)
        self._layout = layout
        port = preferred_port if preferred_port and is_free(preferred_port) else None
        self._door = Door(port, self._wake)
        self.port: int = self._door.port
        self.settings = chain_settings(layout, self.port)
        self._env = env
        self._node_port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.on_start: Callable[[], None] = lambda: None
        """Called when the node was started."""
        self._is_open = False

    def start(self) -> None:
        """Open the door; after the node's end, let it be started for who comes next."""
        self._process = None
        if not self._is_open:
            self._door.open()
            self._is_open = True

    def stop(self) -> None:
        """Close the door and end the node, which writes its state down."""
        self._door.close()
        if self._process is not None:
            if identity := identify(self._process.pid):
                end(identity, signal.SIGTERM, STOP_GRACE_S)
            self._process.wait()

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The node, while there is one."""
        return self._process

    def _wake(self) -> int:
        """Give the port of the node, starting and preparing it if it does not run."""
        if self._process is None or self._process.poll() is not None:
            self._node_port = free_port()
            state: Path = self._layout.data / "chain.json"
            argv = command(self._node_port, state)
            node = spawn(argv, self.log, env=self._env, dies_by=signal.SIGKILL, cwd=self._layout.data)
            try:
                await_node(node, self._node_port, self.log)
                self._prepare()
            except BaseException:
                end(identify(node.pid) or Identity(node.pid, ""), signal.SIGKILL, 0)
                node.wait()
                raise
            self._process = node
            self.on_start()
        return self._node_port

    def _prepare(self) -> None:
        env = {**self._env, **self.settings, RPC_URL: f"http://{LOOPBACK}:{self._node_port}"}
        errand = Errand("chain-prepare", [sys.executable, "-m", "mill.chain.prepare"], self._layout, env)
        errand.finish(PREPARE_TIMEOUT_S)
