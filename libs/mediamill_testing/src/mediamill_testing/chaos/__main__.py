"""``python -m mediamill_testing.chaos [--seed N] [--short | --purchases]``: run, print JSON, write a report."""

from __future__ import annotations

import argparse
import functools
import itertools
import logging
import os
import random
import sys
from pathlib import Path

from mediamill_testing.chaos.run import full, purchases, run, short


def main() -> int:
    """Run once; 0 when every proof held."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="(default: drawn)")
    parser.add_argument("--minutes", type=float, default=10, help="how long faults come (default: 10)")
    parser.add_argument("--short", action="store_true", help="each fault once, a fixed number of jobs")
    parser.add_argument("--purchases", action="store_true", help="500 jobs that cost money, 200 kills")
    parser.add_argument("--out", type=Path, default=Path("out/chaos"), help="where the report goes")
    asked = parser.parse_args()
    os.environ.setdefault("MEDIAMILL_TEST_KINDS", "1")
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    sys.stderr.write(f"seed {asked.seed}\n")
    fixed = short if asked.short else purchases if asked.purchases else None
    plan = fixed or functools.partial(full, minutes=min(asked.minutes, 20))
    report = run(_fresh(asked.out / str(asked.seed)), asked.seed, plan)
    page = report.write(asked.out)
    sys.stdout.write(report.as_json() + "\n")
    sys.stderr.write(f"{page}\n")
    return 0 if report.is_clean else 1


def _fresh(folder: Path) -> Path:
    """Give a folder that is not there yet: an earlier run of the same seed keeps its own."""
    again = (folder.with_name(f"{folder.name}-{number}") for number in itertools.count(2))
    return next(place for place in itertools.chain([folder], again) if not place.exists())


if __name__ == "__main__":
    sys.exit(main())
