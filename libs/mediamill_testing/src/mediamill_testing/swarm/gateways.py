"""Gateways in processes of their own, which a test stops, kills and replaces on the same port."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection

from mediamill_testing.stacks import until
from mill.stack.ports import is_free

_NO_CLIENTS_PORT = range(20_000, 30_000)
"""Clients are given ports from 32768 on."""


class Gateway:
    """One gateway on a port of its own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {**os.environ, **environment, "MEDIAMILL_PUBLIC_URL": self.url}
        self._launch()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._popen.pid

    def _launch(self) -> None:
        argv = [sys.executable, "-m", "gateway", "--port", str(self.port)]
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # it is closed with the gateway that writes it
        self._popen = subprocess.Popen(argv, env=self._environment, stdout=self._said, stderr=self._said)

    def wait(self) -> None:
        """Wait until it is ready."""
        until(self._is_ready, 180, 0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal and give its exit code."""
        self._popen.send_signal(number)
        code = self._popen.wait(30)
        self._said.close()
        return code

    def replace(self, number: signal.Signals) -> None:
        """End it by a signal and start another on its port."""
        self.stop(number)
        self._launch()
        self.wait()

    def _is_ready(self) -> bool:
        if self._popen.poll() is not None:
            self._said.seek(0)
            raise RuntimeError(f"the gateway ended while it started: {self._said.read()[-2000:].decode()}")
        asking = HTTPConnection("127.0.0.1", self.port, timeout=5)
        with closing(asking), suppress(OSError):
            asking.request("GET", "/readyz")
            return asking.getresponse().status == HTTPStatus.OK
        return False


@contextmanager
def gateways(count: int, environment: Mapping[str, str]) -> Iterator[list[Gateway]]:
    """Run some gateways for the length of the block."""
    with ExitStack() as stack:
        started = [Gateway(environment) for _ in range(count)]
        for gateway in started:
            stack.callback(gateway.stop, signal.SIGKILL)
        for gateway in started:
            gateway.wait()
        yield started


def _free_port() -> int:
    """Give a port that no client is given by chance, or one of them takes it while the gateway is being replaced."""
    return next(port for port in random.sample(_NO_CLIENTS_PORT, 100) if is_free(port))
