"""``python -m mediamill.provenance read|sign``: the child process that ``apart`` has read what comes from outside."""

from __future__ import annotations

import resource
import sys

import c2pa

from mediamill.provenance.order import ReadOrder, SignApart
from mediamill.provenance.reading import read
from mediamill.provenance.signing import write

MOST_MEMORY = 2 << 30
MOST_CPU_S = 60
MOST_ORDER = 16 << 20


def main(verb: str) -> int:
    """Do one order from stdin; what is wrong with it goes to stderr."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    raw = sys.stdin.buffer.read(MOST_ORDER)
    try:
        if verb == "read":
            order = ReadOrder.model_validate_json(raw)
            sys.stdout.write(read(order.path, order.media_type, order.roots).model_dump_json())
        else:
            apart = SignApart.model_validate_json(raw)
            write(apart.order, apart.identity)
    except (c2pa.C2paError, OSError, MemoryError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
