"""A real RabbitMQ out of Debian's archive, as any user: home, name, port mapper and files of its own, on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from mediamill_testing.debian import unpacked
from mediamill_testing.stacks import until
from mill.stack.ports import LOOPBACK, free_port

USER, PASSWORD = "films", "of-the-tests"
STARTS_S = 120
STOPS_S = 60
_SPARING = "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"


@dataclass
class Rabbit:
    """One node; it may be killed and started again on what it wrote down."""

    folder: Path
    root: Path
    port: int = field(default_factory=free_port)
    _mapper_port: int = field(default_factory=free_port)
    _own_port: int = field(default_factory=free_port)
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """For ``MEDIAMILL_BROKER_URL``."""
        return f"amqp://{USER}:{PASSWORD}@{LOOPBACK}:{self.port}//"

    def prepare(self) -> None:
        """Write what the node is told. Erlang's own starter knows one place only, so here is another."""
        settings = (
            f"listeners.tcp.local = {LOOPBACK}:{self.port}",
            f"default_user = {USER}",
            f"default_pass = {PASSWORD}",
            "log.console = true",
            "log.console.level = warning",
            "log.file = false",
        )
        (self.folder / "rabbitmq.conf").write_text("\n".join(settings) + "\n")
        (self.folder / "plugins").write_text("[].\n")
        erl = self.folder / "bin" / "erl"
        erl.parent.mkdir()
        erl.write_text(
            f"#!/bin/sh\nexport ROOTDIR='{self._erlang}' BINDIR='{self._runtime}' EMU=beam PROGNAME=erl\n"
            'exec "$BINDIR/erlexec" "$@"\n'
        )
        erl.chmod(0o755)

    def start(self) -> None:
        """Start the node with its port mapper, and wait until it takes connections."""
        server = next((self.root / "usr/lib/rabbitmq/lib").glob("rabbitmq_server-*")) / "sbin" / "rabbitmq-server"
        mapper = [self._runtime / "epmd", "-port", str(self._mapper_port), "-address", LOOPBACK]
        self._spawn([str(part) for part in mapper])
        until(lambda: _answers(self._mapper_port), STARTS_S)
        node = self._spawn([str(server)])

        def is_up() -> bool:
            if node.poll() is not None:
                raise RuntimeError((self.folder / "out").read_text()[-2000:])
            return _answers(self.port)

        until(is_up, STARTS_S, every_s=0.2)

    @property
    def pid(self) -> int:
        """The node's process."""
        return self._processes[-1].pid

    def kill(self, node_by: signal.Signals = signal.SIGKILL) -> None:
        """End all of it, at once as a crash does, or in good order by SIGTERM."""
        while self._processes:
            process = self._processes.pop()
            with suppress(ProcessLookupError):
                os.kill(process.pid, node_by)
                if node_by == signal.SIGTERM:
                    process.wait(STOPS_S)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @property
    def _erlang(self) -> Path:
        return self.root / "usr/lib/erlang"

    @property
    def _runtime(self) -> Path:
        return next(self._erlang.glob("erts-*")) / "bin"

    def _spawn(self, argv: list[str]) -> subprocess.Popen[bytes]:
        folder, port = self.folder, self.port
        env = {
            "PATH": f"{folder / 'bin'}:{self._erlang / 'bin'}:{os.defpath}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "NOTIFY_SOCKET": "/nonexistent",  # keeps the shell from standing between us and the node
            "ERL_EPMD_PORT": str(self._mapper_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_CRASH_DUMP": os.devnull,
            "RABBITMQ_NODENAME": f"films{port}@localhost",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(self._own_port),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _SPARING,
        }
        with (folder / "out").open("ab") as out:
            process = subprocess.Popen(
                argv, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        self._processes.append(process)
        return process


@contextmanager
def running_rabbit(folder: Path) -> Iterator[Rabbit]:
    """Run a node for the length of the block; skips the test, saying why, where none can be had."""
    rabbit = Rabbit(folder, unpacked("rabbitmq-server").root)
    rabbit.prepare()
    try:
        rabbit.start()
        yield rabbit
    finally:
        rabbit.kill()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), 1):
            return True
    except OSError:
        return False
