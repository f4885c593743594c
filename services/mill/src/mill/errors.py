"""What can go wrong for ``mill``, each with the exit code that it ends with."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import ClassVar


class ExitCode(IntEnum):
    """How ``mill`` ends; scripts are written against these numbers."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_RUNNING = 3
    PORT_TAKEN = 4
    JOB_FAILED = 5
    NO_CREDENTIALS = 6
    TAMPERED = 7
    FOREIGN_SIGNER = 8
    PENDING = 9
    DAMAGED = 10


class MillError(Exception):
    """It did not work."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    title: ClassVar[str] = "It did not work"

    def __init__(self, detail: str, *, log: Path | None = None) -> None:
        self.detail = detail
        self.log = log
        super().__init__(detail)


class WrongUse(MillError):
    """The command line asks for something that makes no sense."""

    exit_code = ExitCode.USAGE
    title = "Wrong use"
