"""``python -m mediamill_testing.promtool``: Prometheus's own check of our rules, and their tests.

Where Debian's Prometheus cannot be fetched it says why, checks nothing and lets pass: the rules' names are checked by
the house rules in any case.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mediamill_testing.debian import Unavailable, Unpacked, fetch

RULES = "deploy/prometheus/rules/*.yml"
TESTS = "deploy/prometheus/tests/*.yml"


def checked(prometheus: Unpacked, root: Path) -> list[subprocess.CompletedProcess[str]]:
    """Check the rules of a checkout and run their tests."""
    asked = {"check": RULES, "test": TESTS}
    runs = [(verb, "rules", *map(str, sorted(root.glob(files)))) for verb, files in asked.items()]
    return [
        subprocess.run(
            [prometheus.program("promtool"), *arguments],
            env=prometheus.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        for arguments in runs
    ]


def main() -> int:
    """Check; 1 when something is wrong."""
    try:
        prometheus = fetch("prometheus")
    except Unavailable as why:
        sys.stdout.write(f"the rules are not checked by promtool: {why}\n")
        return 0
    failed = [run for run in checked(prometheus, Path.cwd()) if run.returncode]
    for run in failed:
        sys.stdout.write(f"{run.stdout}{run.stderr}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
