"""What can go wrong with the stack, with the exit code that ``mill`` gives for it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class StackError(Exception):
    """The one-machine stack could not do what was asked."""

    exit_code: ClassVar[int] = 1

    def __init__(self, detail: str, *, log: Path | None = None) -> None:
        self.detail = detail
        self.log = log
        super().__init__(detail)


class NotRunning(StackError):
    """There is no running stack in this data folder."""

    exit_code = 3


class PortTaken(StackError):
    """Somebody else listens on the port that was asked for."""

    exit_code = 4


class DidNotStart(StackError):
    """A part of the stack ended, or did not answer in time, while it was being started."""


class AlreadySupervised(StackError):
    """Another supervisor holds this data folder."""
