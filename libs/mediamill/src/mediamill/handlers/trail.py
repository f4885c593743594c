"""Where a handler is among its steps, and what the journal holds of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from mediamill.errors import Nondeterministic
from mediamill.handlers.parked import Recalled
from mediamill.jobs.turns import STEP
from mediamill.providers.protocol import Ended
from mediamill.steps.model import StepState, StepType


class Taken(NamedTuple):
    """A turn of a chain that the journal holds."""

    ordinal: int
    provider: str
    attempt: int


class Trail:
    """The steps of one run, in the order in which its handler comes to them."""

    def __init__(self, read: Callable[[], Mapping[int, Recalled]], *, is_new: bool) -> None:
        self._read = read
        self._entries: Mapping[int, Recalled] = {} if is_new else read()
        self.next = 0
        """The ordinal of the step that comes next."""

    def arrive(self, name: str, type_: StepType) -> tuple[int, Recalled | None]:
        """Come to the next step, and give what the journal holds of it."""
        ordinal, self.next = self.next, self.next + 1
        recalled = self._entries.get(ordinal)
        if recalled is not None and (recalled.name, recalled.type) != (name, type_.value):
            raise Nondeterministic(
                f"Step {ordinal} was the {recalled.type} {recalled.name!r}, now the handler asks for the "
                f"{type_.value} {name!r}."
            )
        return ordinal, recalled

    def go_on_after(self, ordinal: int) -> None:
        """Leave out what lies between: it is of a link that is over."""
        self.next = ordinal + 1

    def read_anew(self) -> None:
        """See what this run has written itself."""
        self._entries = self._read()

    def beyond(self) -> int:
        """Give an ordinal at which no run has ever been."""
        return max(self.next, *(ordinal + 1 for ordinal in self._entries), 0)

    def turns(self, chain: int) -> list[Taken]:
        """Give the turns of the chain that began at an ordinal, in their order."""
        return [
            Taken(ordinal, entry.result["provider"], entry.result["attempt"])
            for ordinal, entry in sorted(self._entries.items())
            if entry.name == STEP and isinstance(entry.result, dict) and entry.result.get("chain") == chain
        ]

    def has_gone_on(self, ordinal: int) -> bool:
        """Tell whether anything was recorded after an ordinal."""
        return any(later > ordinal for later in self._entries)

    def has_bought(self, ordinal: int) -> bool:
        """Tell whether something was bought after an ordinal, and came."""
        return any(_has_come(entry) for entry in self._after(ordinal))

    def _after(self, ordinal: int) -> Iterator[Recalled]:
        return (entry for later, entry in self._entries.items() if later > ordinal)


def _has_come(entry: Recalled) -> bool:
    if entry.state != StepState.DONE:
        return False
    if entry.type == StepType.PREDICTION:
        return Ended.model_validate(entry.result).failure is None
    return entry.type in {StepType.EFFECT, StepType.CHILDREN}
