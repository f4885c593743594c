"""The inputs and outputs of the test kinds."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from mediamill.contracts import Answer, Ask, MediaAnswer


class Noop(Ask):
    """Do nothing."""

    payload: str = Field("", max_length=100_000, description="Anything; makes the job as large as a test wants it.")


class Sleep(Ask):
    """Sleep in the worker."""

    seconds: float = Field(1.0, ge=0, le=3600)


class Fail(Ask):
    """Fail."""

    model_config = {"populate_by_name": True}

    error_class: Literal["transient", "permanent", "provider_down", "crash"] = Field("permanent", alias="class")


class Sold(Ask):
    """Something that costs what its buyer says."""

    cost: Decimal = Field(Decimal(0), ge=0, le=1000, decimal_places=6, description="What the vendor bills for it, USD.")

    def units(self) -> Decimal:
        """Tell the price itself."""
        return self.cost


class Serve(Sold):
    """Have one of several providers serve."""

    seconds: float = Field(0.0, ge=0, le=3600)


class Wait(Sold):
    """Wait, parked, for a prediction of the test vendor."""

    seconds: float = Field(10.0, ge=0, le=3600)
    fail: str = Field("", max_length=200, description="Why the vendor is to fail it, in the vendor's words.")


class Buy(Sold):
    """Buy from the test vendor by a bare effect, as a handler does for what no provider covers."""


class Steps(Ask):
    """Take steps."""

    n: int = Field(3, ge=1, le=1000)
    seconds: float = Field(0.0, ge=0, le=60, description="How long each step takes.")


class Marks(Ask):
    """Take steps that can be seen from outside: each runs a child process, then leaves a mark at the test vendor."""

    n: int = Field(3, ge=1, le=100)
    seconds: float = Field(0.1, ge=0, le=60, description="How long each child process runs.")


class Busy(Ask):
    """Compute without ever looking up, as a library in C does: the context is not called until the end."""

    seconds: float = Field(10.0, ge=0, le=3600)


class Tree(Ask):
    """Run a tree of processes that do not want to end: children, grandchildren, one in a session of its own."""

    seconds: float = Field(1000.0, ge=0, le=3600, description="How long they run if nobody ends them.")


class Stamp(Ask):
    """Write to the ledger of the test when the code starts and when it ends."""

    tag: str = Field("", max_length=100, description="What is written.")
    seconds: float = Field(0.0, ge=0, le=60, description="How long the work between takes.")


class Fanout(Ask):
    """Run children."""

    n: int = Field(3, ge=1, le=10_000)


class Roll(Ask):
    """Take steps, other ones in each generation of the code."""

    seconds: float = Field(0.0, ge=0, le=60, description="How long each step takes.")
    needs: str = Field("", description="A file without which it fails, to be tried again.")


class Keep(Ask):
    """Save bytes as an asset."""

    text: str = Field("hello", max_length=1000, description="Repeated until it is long enough.")
    size: int = Field(1000, ge=1, le=100_000_000, description="How many bytes.")


class Kept(MediaAnswer):
    """What was saved."""


class Rolled(Answer):
    """Which generation ran each step."""

    generations: tuple[int, ...]


class Done(Answer):
    """It is done."""

    done: bool = True


class Waited(Answer):
    """What the vendor said."""

    prediction: str


class Served(Answer):
    """Who served, and what it was."""

    provider: str
    made: str


class Stepped(Answer):
    """Where each step ran."""

    pids: tuple[int, ...]
