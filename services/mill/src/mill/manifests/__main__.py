"""``python -m mill.manifests [--check]``: write the generated files, or tell which are not up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mediamill.queues.registry import TEST_QUEUE, discover
from mill.manifests.dockerfiles import complaints
from mill.manifests.files import drift, render, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; 1 when something is not as the manifests say."""
    parser = argparse.ArgumentParser(prog="mill manifests", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, tell what would change")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the checkout (default: here)")
    asked = parser.parse_args(arguments)

    manifests = [queue.manifest for queue in discover().queues.values() if queue.name != TEST_QUEUE]
    changed = list((drift if asked.check else write)(asked.root, render(manifests)))
    wrong = [complaint for manifest in manifests for complaint in complaints(manifest, asked.root)]
    for line in [*map(str, changed), *wrong]:
        sys.stdout.write(f"{line}\n")
    return 1 if wrong or (asked.check and changed) else 0


if __name__ == "__main__":
    sys.exit(main())
