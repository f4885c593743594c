"""``python -m mediamill_testing.vendor.server --port N [--speaks fal]``: a vendor that sells until it is killed."""

from __future__ import annotations

import argparse
import socket
import sys
import threading
from typing import ClassVar, Generic, Self, TypeVar

import uvicorn

from mediamill_testing.vendor.api import Api
from mediamill_testing.vendor.bill import Bill
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.fal import FalApi
from mediamill_testing.vendor.faults import Faults
from mediamill_testing.vendor.openai import OpenAIApi
from mediamill_testing.vendor.shop import Moment, Shop

BACKLOG = 1024

S = TypeVar("S", bound=Shop)


class Server(Generic[S]):
    """A vendor in a thread of this process."""

    speaks: ClassVar[type[Shop]]
    vendor: ClassVar[str]

    def __init__(self, moment: Moment | None = None, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.bill, self.faults = Bill(), Faults()
        self.api: S = self.speaks(self.url, self.bill, self.faults, moment)  # type: ignore[assignment]  # as bound
        config = uvicorn.Config(
            self.api, log_level="warning", lifespan="off", access_log=False, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="vendor", daemon=True)

    @property
    def catalogue(self) -> dict[str, Product]:
        """What its models make; more may be put into it."""
        return self.api.catalogue

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that is to buy here."""
        raise NotImplementedError

    def start(self) -> Self:
        """Open the shop."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Close it."""
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()

    def serve(self) -> None:
        """Serve in this thread until killed."""
        self._server.run([self._socket])


class VendorServer(Server[Api]):
    """Replicate."""

    speaks, vendor = Api, "replicate"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that is to buy here."""
        return {"MEDIAMILL_REPLICATE_BASE_URL": self.url, "MEDIAMILL_REPLICATE_API_TOKEN": "test"}


class OpenAIServer(Server[OpenAIApi]):
    """OpenAI."""

    speaks, vendor = OpenAIApi, "openai"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that is to buy here."""
        return {"MEDIAMILL_OPENAI_BASE_URL": f"{self.url}/v1", "MEDIAMILL_OPENAI_API_KEY": "test"}


class FalServer(Server[FalApi]):
    """fal, over plain HTTP: our wire goes where the settings say, whatever fal's client has built in."""

    speaks, vendor = FalApi, "fal"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that is to buy here."""
        keys = f"{self.url}/.well-known/jwks.json"
        return {"MEDIAMILL_FAL_QUEUE_URL": self.url, "MEDIAMILL_FAL_KEY": "test", "MEDIAMILL_FAL_JWKS_URL": keys}


SERVERS: tuple[type[VendorServer | OpenAIServer | FalServer], ...] = (VendorServer, OpenAIServer, FalServer)


def main() -> int:
    """Sell until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    servers = {server.vendor: server for server in SERVERS}
    parser.add_argument("--speaks", choices=servers, default="replicate")
    told = parser.parse_args()
    servers[told.speaks](port=told.port).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
