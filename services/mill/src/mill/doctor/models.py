"""Does anything that is configured rely on a model that its vendor has ended, or soon will."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from mediamill import clock
from mediamill.queues.manifest import BrokenManifest
from mediamill.queues.registry import Kind, Registry, discover
from mediamill.settings import settings
from mill.doctor.finding import Finding, Verdict, fail, ok, warn
from mill.doctor.running import asked
from mill.stack.layout import Layout

NOTICE = timedelta(days=60)
"""Time enough to try another model and to change a setting."""

_CHANGE = (
    "Set another order with 'mill chains set', or name another model in MEDIAMILL_MODELS or the kind's queue.toml."
)
_SET = "SELECT DISTINCT kind, providers FROM chains ORDER BY kind"


class Order(NamedTuple):
    """Who is to serve a kind."""

    kind: str
    providers: Sequence[str]


class Use(NamedTuple):
    """A provider that a kind relies on."""

    kind: Kind
    provider: str

    def told(self) -> str:
        """Tell who serves what, and until when."""
        listed = [model for model in self.kind.manifest.models if model.provider == self.provider]
        last = max(listed, key=lambda model: model.sunset or date.max)
        return f"{self.kind.name} by {self.provider}: {last.model} ends on {last.sunset}"


def models(layout: Layout) -> Finding:
    """Does every order end before its models do: those of the settings, and those that operators have set."""
    try:
        registry = discover()
    except BrokenManifest as error:
        return fail("models", str(error), "Mend its queue.toml.")
    orders = [Order(*chain) for chain in settings().chains.items()]
    rows = asked(layout, "models", _SET)
    if isinstance(rows, Finding):
        if rows.verdict is Verdict.FAIL:
            return rows
        rows = []
    return judge(registry, [*orders, *(Order(*row) for row in rows)], clock.now().date())


def judge(registry: Registry, orders: Sequence[Order], today: date) -> Finding:
    """Judge the orders, and for kinds without one their default, as of a day."""
    if strangers := [*_strangers(registry, orders)]:
        return fail("models", "; ".join(strangers), "Mend MEDIAMILL_CHAINS or MEDIAMILL_MODELS, or set another order.")
    uses = [use for use in _uses(registry, orders) if use.kind.manifest.models]
    if ended := [use for use in uses if use.kind.has_ended(use.provider, today)]:
        return fail("models", f"ended, and nobody is served by it: {_told(ended)}", _CHANGE)
    if ending := [use for use in uses if use.kind.has_ended(use.provider, today + NOTICE)]:
        return warn("models", f"within {NOTICE.days} days: {_told(ending)}", _CHANGE)
    return ok("models", f"none of the {len(uses)} providers in use ends within {NOTICE.days} days")


def _told(uses: Iterable[Use]) -> str:
    return "; ".join(dict.fromkeys(use.told() for use in uses))


def _uses(registry: Registry, orders: Sequence[Order]) -> Iterator[Use]:
    ordered = {order.kind for order in orders}
    defaults = (
        Order(kind, found.manifest.providers[:1]) for kind, found in registry.kinds.items() if kind not in ordered
    )
    for order in [*orders, *defaults]:
        for provider in order.providers:
            yield Use(registry.kinds[order.kind], provider)


def _strangers(registry: Registry, orders: Sequence[Order]) -> Iterator[str]:
    """Give what is named and no manifest knows."""
    models = (Order(kind, tuple(named)) for kind, named in settings().models.items())
    for order in [*models, *orders]:
        if order.kind not in registry.kinds:
            yield f"there is no kind {order.kind!r}"
        else:
            known = registry.kinds[order.kind].manifest.providers
            yield from (f"{order.kind} has no provider {name!r}" for name in order.providers if name not in known)
