"""The inputs and outputs of the workshop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from mediamill.contracts import Answer, Ask, AssetId, MediaAnswer


class Buy(Ask):
    """Buy something."""

    ledger: str = Field(description="A file that gets a line for everything that is bought.")
    crash_after: str = Field("", description="'intent' or 'deed': where the first run breaks.")
    finds: bool = Field(True, description="Whether the vendor can tell what was bought.")
    price: Decimal = Field(Decimal(0), ge=0, description="USD that it is expected to cost.")
    known_price: bool = Field(True, description="Whether that is known when it is asked for.")
    billed: Decimal | None = Field(None, ge=0, description="USD that the vendor bills; else the price.")

    def units(self) -> Decimal:
        """Tell the price itself."""
        return self.price if self.known_price else Decimal(0)


class Bought(Answer):
    """What was bought."""

    receipt: str


class ChildAsk(Ask):
    """A child to run."""

    kind: str
    input: dict[str, Any] = {}


class Gather(Ask):
    """Run children."""

    children: tuple[ChildAsk, ...]
    catches: bool = Field(False, description="Go on after a child failed.")


class Gathered(Answer):
    """How many there were."""

    count: int


class Await(Ask):
    """Wait for a signal."""

    name: str


class Heard(Answer):
    """The body of the signal."""

    body: Any


class Timer(Ask):
    """Sleep parked."""

    seconds: float


class Drift(Ask):
    """Ask for a step whose name changes with a file's existence."""

    flag: str


class Keep(Ask):
    """Save the bytes of an asset, turned round, as another."""

    asset: AssetId | None = None
    text: str = "hello"


class Record(Ask):
    """Make a sound."""

    text: str = "hello"
    of: tuple[AssetId, ...] = ()
    between: tuple[AssetId, ...] = Field((), description="Opened between steps.")


class Borrow(Ask):
    """Answer with an asset of a child."""

    text: str = "hello"


class Kept(MediaAnswer):
    """What was kept."""


class Spawn(Ask):
    """Run a subprocess."""

    pid_file: str
    seconds: float = 60
