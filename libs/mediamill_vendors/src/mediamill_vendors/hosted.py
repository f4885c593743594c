"""What every model that a vendor hosts has in common; a model's own adapter tells its input and reads its output."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from mediamill.providers.protocol import Capabilities, Ended

A = TypeVar("A")
T = TypeVar("T")


class HostedModel(ABC, Generic[A, T]):
    """A model that makes predictions at a vendor."""

    model: str
    can = Capabilities()
    expected_s = 10.0

    @abstractmethod
    def input_of(self, ask: A) -> Mapping[str, Any]:
        """Give the model's input."""

    @abstractmethod
    def read(self, ask: A, ended: Ended) -> T:
        """Make the answer of a prediction that succeeded."""

    def expect(self, ask: A) -> float:
        """Tell in how many seconds a prediction is expected to end."""
        return self.expected_s
