"""Ambushes: a worker that comes to a boundary where one lies kills itself there, with no line in between."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

FOLDER = "MEDIAMILL_CHAOS_AMBUSH"
BOUNDARIES = (
    "before claim",
    "after claim",
    "before intent",
    "after intent",
    "before ticket",
    "after ticket",
    "before result",
    "after result",
    "before step",
    "after step",
    "before park",
    "in park",
    "before finish",
    "after finish",
)


def reach(boundary: str) -> None:
    """Come to a boundary. Whoever takes the ambush away first, dies of it; nobody else does."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return
    try:
        _armed(Path(folder), boundary).rename(Path(folder) / f"{boundary}.{os.getpid()}")
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


class Ambushes:
    """Lays ambushes and tells who fell into them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def lay(self, boundary: str) -> None:
        """Lay one."""
        _armed(self.folder, boundary).touch()

    def lift(self, boundary: str) -> None:
        """Take it away, if nobody fell into it."""
        _armed(self.folder, boundary).unlink(missing_ok=True)

    def lies(self, boundary: str) -> bool:
        """Tell whether nobody has come by yet."""
        return _armed(self.folder, boundary).exists()

    def victims(self, boundary: str) -> set[int]:
        """Give the processes that died at a boundary."""
        return {int(path.suffix[1:]) for path in self.folder.glob(f"{boundary}.*")}

    def is_victim(self, pid: int) -> bool:
        """Tell whether a process fell into one."""
        return any(self.folder.glob(f"*.{pid}"))

    def hits(self) -> Counter[str]:
        """Count the dead of each boundary."""
        return Counter({boundary: len(self.victims(boundary)) for boundary in BOUNDARIES})


def _armed(folder: Path, boundary: str) -> Path:
    return folder / f"{boundary} waits"
