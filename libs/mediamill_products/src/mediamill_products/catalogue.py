"""The products that are installed here, found by their entry point ``mediamill.products``."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from mediamill_products.refusals import Refused, Told, plainly

if TYPE_CHECKING:  # whoever only wants the tables has no FastAPI
    from mediamill_products.caller import Caller

GROUP = "mediamill.products"


class Poll(NamedTuple):
    """A GET that frontends ask for every few seconds; it is answered past all that FastAPI does around a route."""

    prefix: str
    """What its paths begin with: ``/api/job/``. A route serves the same paths."""
    answer: Callable[[Caller, str], Awaitable[bytes | None]]
    """Gives the body, JSON, for the rest of a path. Nothing where there is something to refuse: the route does."""


@dataclass(frozen=True)
class Surface:
    """What a product's ``routes`` module says of itself, in ``SURFACE``."""

    prefixes: Sequence[str]
    """What the paths of its routes begin with: ``/api/brands``. Longer ones win."""
    uploads: Sequence[str] = ()
    """Paths whose bodies are files, streamed to the store and held to the limit of uploads only."""
    polls: Sequence[Poll] = ()
    """What is asked for so often that it has a short way."""
    shared: Mapping[str, str] = field(default_factory=dict)
    """Paths of POSTs that another product may know, too, and the field that tells that a body is for this one."""
    refuse: Callable[[Refused], Told] = field(default=plainly)
    """How it says errors."""


@dataclass(frozen=True)
class Product:
    """One installed product."""

    name: str
    package: str

    @property
    def surface(self) -> Surface:
        """Give what its routes say of themselves."""
        return cast("Surface", self._routes().SURFACE)

    @property
    def router(self) -> Any:
        """Give its routes, an ``APIRouter``."""
        return self._routes().router

    def _routes(self) -> Any:
        return importlib.import_module(f"{self.package}.routes")


@lru_cache(maxsize=1)
def products() -> tuple[Product, ...]:
    """Give every installed product, by name."""
    found = (Product(entry.name, entry.value) for entry in entry_points(group=GROUP))
    return tuple(sorted(found, key=lambda product: product.name))


def load_models() -> None:
    """Import the tables of every product, so that the metadata is whole."""
    for product in products():
        if importlib.util.find_spec(f"{product.package}.model") is not None:
            importlib.import_module(f"{product.package}.model")
