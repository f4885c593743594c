"""Does anything that is configured rely on a model that its vendor has ended, or soon will."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from mediamill import clock
from mediamill.queues.manifest import BrokenManifest
from mediamill.queues.registry import Kind, Registry, discover
from mediamill.settings import settings
from mill.doctor.finding import Finding, fail, ok, warn
from mill.stack.layout import Layout

NOTICE = timedelta(days=60)
"""Time enough to try another model and to change a setting."""

_CHANGE = "Name another provider in MEDIAMILL_CHAINS, or another model in MEDIAMILL_MODELS or the kind's queue.toml."


class Use(NamedTuple):
    """A provider that a kind relies on."""

    kind: Kind
    provider: str

    def ends(self) -> date | None:
        """Give the day from which none of the provider's models is left, if there is one."""
        listed = [model for model in self.kind.manifest.models if model.provider == self.provider]
        days = [model.sunset for model in listed if model.sunset is not None]
        return max(days, default=None)

    def told(self) -> str:
        """Tell who serves what, and until when."""
        last = [model for model in self.kind.manifest.models if model.provider == self.provider][-1]
        return f"{self.kind.name} by {self.provider}: {last.model} ends on {self.ends()}"


def models(_: Layout) -> Finding:
    """Does every chain end before its models do."""
    try:
        registry = discover()
    except BrokenManifest as error:
        return fail("models", str(error), "Mend its queue.toml.")
    return judge(registry, settings().chains, clock.now().date())


def judge(registry: Registry, chains: Mapping[str, Sequence[str]], today: date) -> Finding:
    """Judge the chains, and for kinds without one their default, as of a day."""
    if strangers := [*_strangers(registry, chains)]:
        return fail("models", "; ".join(strangers), "Mend MEDIAMILL_CHAINS or MEDIAMILL_MODELS.")
    uses = [use for use in _uses(registry, chains) if use.kind.manifest.models]
    if ended := [use for use in uses if use.kind.has_ended(use.provider, today)]:
        told = "; ".join(use.told() for use in ended)
        return fail("models", f"ended, and nobody is served by it: {told}", _CHANGE)
    if ending := [use for use in uses if use.kind.has_ended(use.provider, today + NOTICE)]:
        return warn("models", f"within {NOTICE.days} days: {'; '.join(use.told() for use in ending)}", _CHANGE)
    return ok("models", f"none of the {len(uses)} providers in use ends within {NOTICE.days} days")


def _uses(registry: Registry, chains: Mapping[str, Sequence[str]]) -> Iterator[Use]:
    for kind in registry.kinds.values():
        for provider in chains.get(kind.name, kind.manifest.providers[:1]):
            yield Use(kind, provider)


def _strangers(registry: Registry, chains: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Give what the settings name and no manifest knows."""
    for name, providers in {**settings().models, **chains}.items():
        if name not in registry.kinds:
            yield f"there is no kind {name!r}"
        else:
            known = registry.kinds[name].manifest.providers
            yield from (f"{name} has no provider {provider!r}" for provider in providers if provider not in known)
