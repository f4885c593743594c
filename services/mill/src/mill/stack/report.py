"""What a supervisor tells whoever started it: that the stack is ready, or why it is not."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel

from mill.errors import ExitCode, MillError
from mill.stack import errors
from mill.stack.state import Up


class Report(BaseModel):
    """One line of JSON through a pipe."""

    up: Up | None = None
    error: str | None = None
    kind: str = "StackError"
    log: Path | None = None

    @classmethod
    def failure(cls, error: Exception) -> Report:
        """Tell of an error."""
        log = error.log if isinstance(error, MillError) else None
        return cls(error=str(error) or type(error).__name__, kind=type(error).__name__, log=log)

    def send(self, fd: int) -> None:
        """Write it and close the pipe; nobody may be listening any more."""
        try:
            os.write(fd, self.model_dump_json().encode() + b"\n")
        except BrokenPipeError:
            return
        finally:
            os.close(fd)

    def result(self) -> Up:
        """Give how to reach the stack, or raise what went wrong over there."""
        if self.up is not None:
            return self.up
        kind = getattr(errors, self.kind, errors.StackError)
        raise kind(self.error or "The supervisor said nothing.", log=self.log)


def exit_code_of(error: Exception) -> ExitCode:
    """Give the exit code that tells of an error."""
    return error.exit_code if isinstance(error, MillError) else ExitCode.FAILED
