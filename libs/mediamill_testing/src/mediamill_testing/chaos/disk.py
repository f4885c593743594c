"""The disk of the store: a small one of its own where that can be had, so that it can be full."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path

SIZE = "64m"
PIECE = bytes(1 << 16)


class Disk:
    """A folder on a disk of its own, or on the common one where nobody lets us mount."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        argv = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
        try:
            self.is_own = subprocess.run(argv, check=False, capture_output=True).returncode == 0
        except OSError:
            self.is_own = False

    def fill(self, seconds: float) -> None:
        """Leave no room for a while; nothing is done where the disk is everybody's."""
        if not self.is_own:
            return
        filler = self.folder / "filler"
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                with suppress(OSError), filler.open("ab", buffering=0) as file:
                    while file.write(PIECE) == len(PIECE):
                        pass
                time.sleep(0.05)
        finally:
            filler.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the disk back."""
        if self.is_own and os.path.ismount(self.folder):
            subprocess.run(["umount", "-l", str(self.folder)], check=False)  # noqa: S607  # wherever it is
