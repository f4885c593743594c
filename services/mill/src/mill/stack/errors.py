"""What can go wrong with the stack."""

from __future__ import annotations

from mill.errors import ExitCode, MillError


class StackError(MillError):
    """The one-machine stack could not do what was asked."""

    title = "The stack could not do that"


class NotRunning(StackError):
    """There is no running stack in this data folder."""

    exit_code = ExitCode.NOT_RUNNING
    title = "Nothing runs here"


class PortTaken(StackError):
    """Somebody else listens on the port that was asked for."""

    exit_code = ExitCode.PORT_TAKEN
    title = "The port is taken"


class DidNotStart(StackError):
    """A part of the stack ended, or did not answer in time, while it was being started."""

    title = "The stack did not start"


class AlreadySupervised(StackError):
    """Another supervisor holds this data folder."""

    title = "Another supervisor holds this folder"
