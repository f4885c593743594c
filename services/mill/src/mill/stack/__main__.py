"""``python -m mill.stack``: the supervisor's own process, started by ``mill up`` and ``mill demo``."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from mediamill.telemetry.logs import configure_logs
from mill.errors import MillError
from mill.stack.layout import Layout
from mill.stack.report import Report, exit_code_of
from mill.stack.state import Up
from mill.stack.supervisor import supervise

log = logging.getLogger(__name__)


def main() -> int:
    """Supervise one stack; tell through the pipe how its start went."""
    parser = argparse.ArgumentParser(prog="python -m mill.stack", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--port", type=int, default=None, help="the gateway's port (default: that of the last run)")
    parser.add_argument("--report", type=int, required=True, help="the descriptor to tell the start's outcome through")
    arguments = parser.parse_args()
    configure_logs("mill")
    told: list[Up] = []

    def announce(up: Up) -> None:
        told.append(up)
        Report(up=up).send(arguments.report)

    try:
        supervise(Layout.of(arguments.data), arguments.port, announce)
    except Exception as error:
        if not isinstance(error, MillError):
            log.exception("the supervisor failed")
        if not told:
            Report.failure(error).send(arguments.report)
        return exit_code_of(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
