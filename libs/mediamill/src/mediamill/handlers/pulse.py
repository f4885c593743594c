"""What a worker tells its health check: a small file, written anew at each heartbeat.

Only the standard library is imported here, since a probe runs every few seconds beside the worker that it asks about.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from mediamill.clock import monotonic

log = logging.getLogger(__name__)

FOLDER = "MEDIAMILL_RUN_DIR"
"""The setting ``run_dir``; read here without the settings, whose library costs a probe half a second."""


class Health(StrEnum):
    """How a worker is, by its own word."""

    STARTING = "starting"
    HEALTHY = "healthy"
    DRAINING = "draining"
    DEAF = "deaf"


@dataclass(frozen=True)
class Pulse:
    """One heartbeat as it was written down; times are seconds of the machine's monotonic clock."""

    pid: int
    health: Health
    since: float
    tried_at: float
    """When a heartbeat was tried last, whether the database answered or not."""
    confirmed_at: float
    """When the database answered last."""
    heartbeat_s: float


def folder() -> Path:
    """Give the folder of the pulses."""
    return Path(os.environ.get(FOLDER) or Path(tempfile.gettempdir()) / f"mediamill-{os.geteuid()}")


class PulseWriter:
    """Writes the pulse of this process."""

    def __init__(self, heartbeat_s: float) -> None:
        now = monotonic()
        self._path = folder() / f"worker-{os.getpid()}.json"
        self._heartbeat_s = heartbeat_s
        self._health, self._since = Health.STARTING, now
        self._tried_at = self._confirmed_at = now
        self._write()

    def become(self, health: Health) -> None:
        """Tell of another state; one that takes no more never gets well again."""
        if self._health is not health and self._health is not Health.DEAF:
            self._health, self._since = health, monotonic()
        self._write()

    def beat(self) -> None:
        """Tell of a heartbeat that the database has seen."""
        self._tried_at = self._confirmed_at = monotonic()
        self.become(Health.HEALTHY if self._health is Health.STARTING else self._health)

    def missed(self) -> None:
        """Tell of a heartbeat that the database has not seen."""
        self._tried_at = monotonic()
        self._write()

    def remove(self) -> None:
        """Tell of nothing any more."""
        self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        told = Pulse(
            os.getpid(), self._health, self._since, self._tried_at, self._confirmed_at, heartbeat_s=self._heartbeat_s
        )
        fresh = self._path.with_suffix(f".{os.urandom(4).hex()}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_text(json.dumps(asdict(told)))
            fresh.replace(self._path)
        except OSError as error:
            log.warning("the health check cannot be told: %s", error)


def read_pulses(where: Path) -> Iterator[Pulse]:
    """Give the pulses of the workers that live."""
    for path in sorted(where.glob("worker-*.json")):
        try:
            told = json.loads(path.read_text())
            pulse = Pulse(**{**told, "health": Health(told["health"])})
            os.kill(pulse.pid, 0)
        except (OSError, ValueError, TypeError, KeyError):
            continue
        yield pulse
