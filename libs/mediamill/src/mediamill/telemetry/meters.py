"""The meters of a process: what ``metrics`` declares, with values, as Prometheus reads them.

The text is written here: a conductor shows some 2,000 series, for which the library takes as long as for ten jobs.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import product

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest

from mediamill.telemetry.metrics import BUILD, OPEN, OTHER, TABLE, Component, Metric, is_possible

CONTENT_TYPE = CONTENT_TYPE_LATEST
Values = tuple[str, ...]


class Cell:
    """One series: a number, or the buckets of a histogram with their sum."""

    __slots__ = ("buckets", "edges", "heads", "lock", "value")

    def __init__(self, metric: Metric, values: Values) -> None:
        self.edges = metric.edges
        self.buckets = [0] * (len(self.edges) + 1) if self.edges else []
        self.value = 0.0
        self.lock = threading.Lock()
        self.heads = _heads(metric, values)
        """Its lines but for the numbers, written once: most of what a scrape would cost."""

    def add(self, amount: float) -> None:
        """Add to a counter."""
        with self.lock:
            self.value += amount

    def put(self, value: float) -> None:
        """Set a gauge, or a counter that is kept elsewhere."""
        self.value = value

    def observe(self, value: float) -> None:
        """Add an observation to a histogram."""
        self.pile(bisect_left(self.edges, value), 1, value)

    def pile(self, bucket: int, count: int, total: float) -> None:
        """Add several observations of one bucket, which together come to ``total``."""
        with self.lock:
            self.buckets[bucket] += count
            self.value += total

    def lines(self) -> Iterator[str]:
        """Write its lines."""
        if not self.edges:
            yield f"{self.heads[0]} {float(self.value)}"
            return
        with self.lock:
            counts, total = list(self.buckets), self.value
        below = 0
        for head, count in zip(self.heads, counts, strict=False):
            below += count
            yield f"{head} {below}"
        yield f"{self.heads[-2]} {float(total)}"
        yield f"{self.heads[-1]} {below}"


class Meters:
    """The metrics of one component, each combination of its labels there from the beginning."""

    def __init__(self, component: Component, queues: Iterable[str] = (), providers: Iterable[str] = ()) -> None:
        self.closed: Mapping[str, tuple[str, ...]] = {"queue": tuple(queues), "provider": (*providers, OTHER)}
        self._cells: dict[Metric, dict[Values, Cell]] = {
            metric: {} if metric is BUILD else self._prepared(metric)
            for metric in TABLE.values()
            if component in metric.by
        }
        self._silent: set[Metric] = set()
        self._looks: list[Callable[[], None]] = []
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        who = (component.value, version("mediamill"))
        self._cells[BUILD][who] = Cell(BUILD, who)
        self._cells[BUILD][who].put(1)

    def cell(self, metric: Metric, **labels: str) -> Cell:
        """Give a series, to write to it often. A label's value outside of its closed set counts as ``other``."""
        cells = self._cells[metric]
        values = tuple(labels[name] for name in metric.labels)
        found = cells.get(values)
        if found is None:
            known = tuple(map(self._known, metric.labels, values))
            found = cells.setdefault(known, Cell(metric, known))
        return found

    def has(self, metric: Metric) -> bool:
        """Tell whether this component exports a metric."""
        return metric in self._cells

    def on_scrape(self, look: Callable[[], None]) -> None:
        """Have gauges looked up when somebody asks, and only then."""
        self._looks.append(look)

    def silence(self, metrics: Iterable[Metric]) -> None:
        """Show these no more: somebody else does."""
        self._silent.update(metrics)

    def speak(self, metrics: Iterable[Metric]) -> None:
        """Show these again."""
        self._silent.difference_update(metrics)

    def page(self) -> bytes:
        """Give everything as Prometheus reads it."""
        for look in self._looks:
            look()
        lines = [
            line for metric, cells in self._cells.items() if metric not in self._silent for line in _told(metric, cells)
        ]
        return generate_latest(self._process) + "\n".join([*lines, ""]).encode()

    def _prepared(self, metric: Metric) -> dict[Values, Cell]:
        sets = [self.closed[name] if name in OPEN else values for name, values in metric.labels.items()]
        return {
            values: Cell(metric, values)
            for values in product(*sets)
            if is_possible(metric, dict(zip(metric.labels, values, strict=True)))
        }

    def _known(self, name: str, value: str) -> str:
        closed = self.closed.get(name) or TABLE_LABELS[name]
        return value if value in closed else OTHER


TABLE_LABELS: Mapping[str, frozenset[str]] = {
    name: frozenset().union(*(metric.labels.get(name, ()) for metric in TABLE.values()))
    for metric in TABLE.values()
    for name in metric.labels
}


def _told(metric: Metric, cells: Mapping[Values, Cell]) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} {metric.type}"
    for cell in list(cells.values()):
        yield from cell.lines()


def _heads(metric: Metric, values: Values) -> list[str]:
    pairs = [f'{name}="{_escaped(value)}"' for name, value in zip(metric.labels, values, strict=True)]
    if not metric.edges:
        return [metric.name + _braced(pairs)]
    edges = [*map(str, map(float, metric.edges)), "+Inf"]
    buckets = [metric.name + "_bucket" + _braced([*pairs, f'le="{edge}"']) for edge in edges]
    return [*buckets, f"{metric.name}_sum{_braced(pairs)}", f"{metric.name}_count{_braced(pairs)}"]


def _braced(pairs: Sequence[str]) -> str:
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


_own: Meters | None = None


def begin(component: Component, queues: Iterable[str], providers: Iterable[str]) -> Meters:
    """Make the meters of this process: what ``count``, ``observe`` and ``put`` write to from now on."""
    global _own  # noqa: PLW0603  # a process has one, as it has one log
    _own = Meters(component, queues, providers)
    return _own


def count(metric: Metric, amount: float = 1, **labels: str) -> None:
    """Add to a counter of this process, if it exports that."""
    if _own is not None and _own.has(metric):
        _own.cell(metric, **labels).add(amount)


def observe(metric: Metric, value: float, **labels: str) -> None:
    """Add an observation to a histogram of this process, if it exports that."""
    if _own is not None and _own.has(metric):
        _own.cell(metric, **labels).observe(value)
