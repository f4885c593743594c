"""The queues that are installed here, found by their entry point ``mediamill.queues``."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from functools import cached_property, lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from mediamill.contracts import Answer, Ask
from mediamill.errors import InvalidInput, NotFound, UnknownKind
from mediamill.queues.manifest import BrokenManifest, KindManifest, Manifest, read_manifest
from mediamill.settings import settings

GROUP = "mediamill.queues"
TEST_QUEUE = "test"
CENT_OF_A_CENT = Decimal("0.000001")
"""As exact as money is kept."""

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
        manifest = self.manifest
        first = manifest.price if provider == manifest.providers[0] else Decimal(0)
        return (dict(manifest.prices).get(provider, first) * ask.units()).quantize(CENT_OF_A_CENT, ROUND_UP)

    def read(self, raw: Mapping[str, Any]) -> Ask:
        """Validate an input. Raises ``InvalidInput`` naming each wrong field."""
        try:
            return self.ask.model_validate(raw)
        except ValidationError as error:
            wrong = [(["input", *item["loc"]], item["msg"]) for item in error.errors(include_url=False)]
            raise InvalidInput(f"of {self.name}: {_first(wrong)}.", errors=wrong) from error


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
    found = getattr(importlib.import_module(f"{package}.{module}"), name, None)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise BrokenManifest(f"{package}.{reference} is not an {base.__name__}")
    return found
