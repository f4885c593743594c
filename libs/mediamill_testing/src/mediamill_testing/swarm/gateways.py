"""Gateways in processes of their own, which a test stops, kills and replaces on the same port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection

from mediamill_testing.stacks import until


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
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "gateway", "--port", str(self.port)],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        """Wait until it is ready."""
        until(self._is_ready, 180, 0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal and give its exit code."""
        self._popen.send_signal(number)
        return self._popen.wait(30)

    def replace(self, number: signal.Signals) -> None:
        """End it by a signal and start another on its port."""
        self.stop(number)
        self._launch()
        self.wait()

    def _is_ready(self) -> bool:
        if self._popen.poll() is not None:
            raise RuntimeError("the gateway ended while it started")
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
