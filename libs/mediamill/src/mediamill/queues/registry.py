"""The queues that are installed here, found by their entry point ``mediamill.queues``."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal
from functools import cached_property, lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from mediamill import clock
from mediamill.contracts import Answer, Ask
from mediamill.errors import InvalidInput, NotFound, UnknownKind
from mediamill.queues.manifest import BrokenManifest, KindManifest, Manifest, ModelManifest, read_manifest
from mediamill.settings import settings

GROUP = "mediamill.queues"
TEST_QUEUE = "test"
MICRODOLLAR = Decimal("0.000001")
"""As exact as money is kept."""
NOTHING = Decimal(0).quantize(MICRODOLLAR)

C = TypeVar("C", Ask, Answer)


@dataclass(frozen=True)
class Kind:
    """One kind: its promise and, on demand, its contract."""

    name: str
    queue: str
    package: str
    manifest: KindManifest

    @cached_property
    def ask(self) -> type[Ask]:
        """The model of the input."""
        return _load(self.package, self.manifest.contract, Ask)

    @cached_property
    def answer(self) -> type[Answer]:
        """The model of the output."""
        return _load(self.package, self.manifest.answer, Answer)

    def price(self, ask: Ask, provider: str) -> Decimal:
        """Tell what an input is expected to cost with a provider, in USD."""
        unit = self.unit_price(provider)
        return to_the_microdollar(unit * ask.units()) if unit else NOTHING

    def unit_price(self, provider: str) -> Decimal:
        """Tell what a unit of work costs with a provider, in USD."""
        manifest = self.manifest
        first = manifest.price if provider == manifest.providers[0] else Decimal(0)
        model = self.model(provider)
        return model.price if model is not None else dict(manifest.prices).get(provider, first)

    def model(self, provider: str, day: date | None = None) -> ModelManifest | None:
        """Give what a provider serves the kind with on a day, by default today: as set, else as the manifest says.

        ``None`` for a provider without models, as for one of which all have met their sunset.
        """
        day = day or clock.now().date()
        serving = self.manifest.model(provider, day)
        named = settings().models.get(self.name, {}).get(provider)
        if named is None:
            return serving
        listed = [model for model in self.manifest.models if model.provider == provider]
        same = next((model for model in listed if model.model == named), None)
        if same is not None:
            return same if same.serves(day) else None
        return _unlisted(provider, named, serving or next(iter(listed), None))

    def has_ended(self, provider: str, day: date | None = None) -> bool:
        """Tell whether a provider served the kind once and does so no more on a day, by default today."""
        day = day or clock.now().date()
        return self.manifest.has_ended(provider, day) and self.model(provider, day) is None

    def objection(self, provider: str) -> str | None:
        """Tell why a provider cannot be named for the kind: it is none of it, or the last of its models has ended."""
        offered = [name for name in self.manifest.providers if not self.has_ended(name)]
        if provider in offered:
            return None
        why = "no longer has the" if provider in self.manifest.providers else "has no"
        return f"{self.name} {why} provider {provider!r}; there are: {', '.join(offered)}"

    def read(self, raw: Mapping[str, Any]) -> Ask:
        """Validate an input. Raises ``InvalidInput`` naming each wrong field."""
        try:
            return self.ask.model_validate(raw)
        except ValidationError as error:
            wrong = [(["input", *item["loc"]], item["msg"]) for item in error.errors(include_url=False)]
            raise InvalidInput(f"of {self.name}: {_first(wrong)}.", errors=wrong) from error


def to_the_microdollar(amount: Decimal) -> Decimal:
    """Round an amount up to what is kept of it, so that estimates, holds and the ledger are the same."""
    return amount.quantize(MICRODOLLAR, ROUND_UP)


def _unlisted(provider: str, model: str, replaced: ModelManifest | None) -> ModelManifest:
    """Give a model that only the settings name; it is counted at the price of the one that it replaces."""
    if replaced is not None:
        return replaced.model_copy(update={"model": model, "sunset": None})
    return ModelManifest(provider=provider, model=model, price=Decimal(0), source="MEDIAMILL_MODELS")


def _first(wrong: list[tuple[list[str | int], str]]) -> str:
    loc, message = wrong[0]
    return f"{'.'.join(map(str, loc))}: {message}"


@dataclass(frozen=True)
class Queue:
    """One installed queue."""

    name: str
    package: str
    manifest: Manifest

    def kinds(self) -> Iterator[Kind]:
        """Give its kinds, as its manifest orders them."""
        for name, kind in self.manifest.kinds.items():
            yield Kind(name, self.name, self.package, kind)

    def load_handlers(self) -> None:
        """Import the handlers, which needs the queue's ``worker`` dependencies."""
        importlib.import_module(f"{self.package}.handlers")


class Registry:
    """Every queue that is installed; immutable."""

    def __init__(self, queues: Mapping[str, Queue]) -> None:
        self.queues = dict(sorted(queues.items()))
        self.kinds = {kind.name: kind for queue in self.queues.values() for kind in queue.kinds()}

    def kind(self, name: str) -> Kind:
        """Find a kind. Raises ``UnknownKind`` with the kinds that there are."""
        try:
            return self.kinds[name]
        except KeyError:
            raise UnknownKind(
                f"{name!r}; there are: {', '.join(self.kinds)}.", errors=[(["kind"], "unknown kind")]
            ) from None

    def queue(self, name: str) -> Queue:
        """Find a queue. Raises ``NotFound``."""
        try:
            return self.queues[name]
        except KeyError:
            raise NotFound(f"queue {name!r}; there are: {', '.join(self.queues)}.") from None


def discover() -> Registry:
    """Read the manifests of the installed queues, without importing their code."""
    found = {}
    for entry in entry_points(group=GROUP):
        if entry.name == TEST_QUEUE and not settings().test_kinds:
            continue
        manifest = read_manifest(_package_folder(entry.value) / "queue.toml")
        if manifest.queue.name != entry.name:
            raise BrokenManifest(
                f"{entry.value}: the entry point says {entry.name!r}, queue.toml {manifest.queue.name!r}"
            )
        found[entry.name] = Queue(entry.name, entry.value, manifest)
    return Registry(found)


@lru_cache(maxsize=1)
def registry() -> Registry:
    """Give this process's registry."""
    return discover()


def _package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise BrokenManifest(f"the package {package} of an entry point is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def _load(package: str, reference: str, base: type[C]) -> type[C]:
    module, _, name = reference.partition(":")
    path = module if "." in module else f"{package}.{module}"
    found = getattr(importlib.import_module(path), name, None)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise BrokenManifest(f"{package}.{reference} is not an {base.__name__}")
    return found
