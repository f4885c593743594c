"""What a run may do with those it buys from, and what it does not know of its purchases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, NamedTuple

from mediamill.db.prepared import Prepared
from mediamill.errors import MediamillError, ProviderDown, RateLimited


class Verdict(Enum):
    """What became of a purchase."""

    BOUGHT = auto()
    """It is there, or its vendor may still tell of it: the link goes on with it."""
    NOTHING = auto()
    """Surely nothing was bought, or it counts as bought and may be bought again."""
    LATER = auto()
    """The vendor cannot be asked now. The conductor finds and cancels it; until then its price stays held."""
    OPEN = auto()
    """Nobody can be asked now, and nobody else will ask later: no other provider may serve before it is known."""


Doubt = Callable[[], Verdict]
"""Asks what became of a purchase. Raises ``OutcomeUnknown`` if nobody will know and it must not be bought again."""


class Resting(ProviderDown):
    """The provider is given a rest, so nothing new is asked of it."""

    is_refusal = True


@dataclass
class Dealings:
    """The state of a run's purchases; a chain sets it for each of its links."""

    is_resting: bool = False
    """The link under way may look for what it has begun, and begin nothing."""
    doubts: list[Doubt] = field(default_factory=list)
    """How to find out what became of the link's purchases whose outcome this run does not know."""

    def begin(self, *, is_resting: bool) -> None:
        """Begin with another link."""
        self.is_resting, self.doubts = is_resting, []


class Fenced(NamedTuple):
    """What the run may do while it holds its job; each stops it where it does not."""

    write: Callable[[Prepared], Any]
    """Gives the row of a fenced statement."""
    prove: Callable[[float], None]
    """Passes if the job was held a moment ago: at the given time, or now."""
    tell: Callable[[str], None]
    """Appends a line to the job's log."""


class Place(NamedTuple):
    """The step that buys."""

    ordinal: int
    name: str


def is_refusal(error: MediamillError) -> bool:
    """Tell whether an error says that surely nothing was bought."""
    return error.is_refusal or isinstance(error, RateLimited)
