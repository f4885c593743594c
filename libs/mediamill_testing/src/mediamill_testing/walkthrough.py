"""The walk-throughs that READMEs show, done as a reader would do them: typed into a shell, line by line."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

_BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE_S = 180


def commands(readme: Path) -> str:
    """Give all that a README's blocks of ``bash`` hold, in order."""
    return "\n".join(_BLOCK.findall(readme.read_text(encoding="utf-8")))


def walk(readme: Path, folder: Path, environment: Mapping[str, str]) -> str:
    """Do what a README says, in an empty folder, and give what was printed.

    Raises ``AssertionError`` with what was printed when a command fails or a walk does not come to its end.
    """
    script = f"set -euo pipefail\n{commands(readme)}"
    told = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if told.returncode:
        raise AssertionError(f"{readme} does not lead to its end:\n{told.stdout[-4000:]}")
    return told.stdout
