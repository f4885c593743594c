"""Scripts for npm clients, where node and the packages are at hand: MEDIAMILL_NODE_MODULES names their folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NODE = shutil.which("node")
MODULES = Path(os.environ.get("MEDIAMILL_NODE_MODULES", "node_modules"))


def told_by(script: Path, package: str, base_url: str, key: str) -> dict[str, Any]:
    """Run a script that uses a package, and give what it printed. Skips the test where that cannot be."""
    if NODE is None:
        pytest.skip("node is not installed")
    if not (MODULES / package).is_dir():
        pytest.skip(f"npm install {package}, and name its node_modules in MEDIAMILL_NODE_MODULES")
    argv = [NODE, str(script), base_url, key, str(MODULES.resolve())]
    ran = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return dict(json.loads(ran.stdout))
