"""The meters of a process: what ``metrics`` declares, with values, as Prometheus reads them."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import product

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from mediamill.telemetry.metrics import BUILD, OPEN, OTHER, TABLE, Component, Metric, Type, is_possible

CONTENT_TYPE = CONTENT_TYPE_LATEST
Values = tuple[str, ...]


class Cell:
    """One series: a number, or the buckets of a histogram with their sum."""

    __slots__ = ("buckets", "edges", "lock", "value")

    def __init__(self, edges: Sequence[float]) -> None:
        self.edges = edges
        self.buckets = [0] * (len(edges) + 1) if edges else []
        self.value = 0.0
        self.lock = threading.Lock()

    def add(self, amount: float) -> None:
        """Add to a counter."""
        with self.lock:
            self.value += amount

    def put(self, value: float) -> None:
        """Set a gauge."""
        self.value = value

    def observe(self, value: float) -> None:
        """Add an observation to a histogram."""
        self.pile(bisect_left(self.edges, value), 1, value)

    def pile(self, bucket: int, count: int, total: float) -> None:
        """Add several observations of one bucket, which together come to ``total``."""
        with self.lock:
            self.buckets[bucket] += count
            self.value += total


class Meters(Collector):
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
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._cells[BUILD][component.value, version("mediamill")] = Cell(())
        self._cells[BUILD][component.value, version("mediamill")].put(1)
        self.registry.register(self)

    def cell(self, metric: Metric, **labels: str) -> Cell:
        """Give a series, to write to it often. A label's value outside of its closed set counts as ``other``."""
        cells = self._cells[metric]
        values = tuple(labels[name] for name in metric.labels)
        found = cells.get(values)
        if found is None:
            found = cells.setdefault(tuple(map(self._known, metric.labels, values)), Cell(metric.edges))
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
        return generate_latest(self.registry)

    def collect(self) -> Iterator[Family]:
        """Give the families of this process."""
        for look in self._looks:
            look()
        for metric, cells in self._cells.items():
            if metric not in self._silent:
                yield _family(metric, dict(cells))

    def _prepared(self, metric: Metric) -> dict[Values, Cell]:
        sets = [self.closed[name] if name in OPEN else values for name, values in metric.labels.items()]
        return {
            values: Cell(metric.edges)
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


def _family(metric: Metric, cells: Mapping[Values, Cell]) -> Family:
    names = list(metric.labels)
    if metric.type is Type.HISTOGRAM:
        family = HistogramMetricFamily(metric.name, metric.help, labels=names)
        for values, cell in cells.items():
            family.add_metric(values, *_read(cell))
        return family
    kind = CounterMetricFamily if metric.type is Type.COUNTER else GaugeMetricFamily
    numbers = kind(metric.name.removesuffix("_total"), metric.help, labels=names)
    for values, cell in cells.items():
        numbers.add_metric(values, cell.value)
    return numbers


def _read(cell: Cell) -> tuple[list[tuple[str, float]], float]:
    with cell.lock:
        counts, total = list(cell.buckets), cell.value
    sums, below = [], 0.0
    for edge, count in zip((*map(str, map(float, cell.edges)), "+Inf"), counts, strict=True):
        below += count
        sums.append((edge, below))
    return sums, total


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
