"""What we set out to reach, as bounds on figures of one and the same run."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Medians = dict[str, dict[str, dict[str, float]]]
"""By bench, system and name of the figure."""


class Target(NamedTuple):
    """A figure that may be as high as a bound; ``read`` gives it, or ``None`` where it was not measured."""

    name: str
    must: float
    ambitious: float
    read: Callable[[Medians], float | None]


def value(bench: str, figure: str, peer: str = "mediamill") -> Callable[[Medians], float | None]:
    """Read a figure as it stands."""
    return lambda medians: medians.get(bench, {}).get(peer, {}).get(figure)


def ratio(bench: str, figure: str, other: str, their_bench: str | None = None) -> Callable[[Medians], float | None]:
    """Read ours over that of another system, which may be of another bench of the run."""

    def read(medians: Medians) -> float | None:
        ours, theirs = value(bench, figure)(medians), value(their_bench or bench, figure, other)(medians)
        return ours / theirs if ours is not None and theirs else None

    return read


ONE = "w1 one by one"

TARGETS = (
    Target("W1 CPU a job, one by one, x diy", 0.50, 0.35, ratio(ONE, "cpu_ms", "diy")),
    Target("W1 gateway's part, x diy", 0.40, 0.20, ratio(ONE, "gateway", "diy")),
    Target("W1 batches of 1,000, x diy one by one", 0.35, 0.20, ratio("w1 batch", "cpu_ms", "diy", ONE)),
    Target(
        "W1 batches of 1,000, x procrastinate one by one", 0.50, 0.27, ratio("w1 batch", "cpu_ms", "procrastinate", ONE)
    ),
    Target("W1 batches of 1,000, x procrastinate in batches", 1.0, 0.5, ratio("w1 batch", "cpu_ms", "procrastinate")),
    Target("W2 POST to code start, p50, x diy", 1.0, 0.5, ratio("w2", "start_p50_ms", "diy")),
    Target("W2 POST to code start, p99, ms", 100, 25, value("w2", "start_p99_ms")),
    Target("W2 client knows, p50, ms", 100, 15, value("w2", "knows_p50_ms")),
    Target("W2 client knows, p99, ms", 300, 50, value("w2", "knows_p99_ms")),
    Target("W3 1,000 waits of 10 s, all done after, s", 20, 12, value("w3", "all_done_s")),
    Target("W3 CPU a wait, ms, against procrastinate's", 1.0, 0.41, ratio("w3", "cpu_ms", "procrastinate")),
    Target("W4 of A's jobs started before B's, 2 slots", 4, 2, value("w4", "before_b")),
    Target("W5 kill -9: not done", 0, 0, value("w5 kill", "not_done")),
    Target("W5 kill -9: done twice", 0, 0, value("w5 kill", "ended_twice")),
    Target("W5 kill -9: all done after, s", 30, 15, value("w5 kill", "all_done_s")),
    Target("W5 FLUSHALL: lost of 200", 0, 0, value("w5 flush", "lost")),
    Target("W5 FLUSHALL: all done after, s", 30, 15, value("w5 flush", "all_done_s")),
    Target("idle CPU of the whole stack, % of a core", 4, 2, value("idle", "cpu_percent")),
)
