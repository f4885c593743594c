"""Models as other surfaces name them: ``mediamill/image-generate`` is our ``image.generate``; aliases are set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple

from fastapi import Depends, Request

from mediamill.errors import NotFound
from mediamill.queues.registry import Kind, Registry

OWNER = "mediamill"


class Model(NamedTuple):
    """A kind under the name that a client uses for it."""

    owner: str
    name: str
    kind: Kind

    @property
    def path(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"


class UnknownModel(NotFound):
    """No model has this name."""

    code = "unknown-model"


class Catalogue:
    """Every model that is served, by its name; ours first."""

    def __init__(self, registry: Registry, aliases: Mapping[str, str]) -> None:
        self._models = {model.path: model for model in _ours(registry)}
        for path, kind in aliases.items():
            owner, _, name = path.rpartition("/")
            self._models[path] = Model(owner, name, registry.kind(kind))

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def model(self, path: str) -> Model:
        """Find a model by ``owner/name``, an alias, a bare name of ours, or a kind. Raises ``UnknownModel``."""
        for name in (path, f"{OWNER}/{path}", f"{OWNER}/{path.replace('.', '-')}"):
            if name in self._models:
                return self._models[name]
        raise UnknownModel(f"{path!r}; there are: {', '.join(self._models)}.")

    def model_of(self, kind: str) -> Model:
        """Find the model of a kind. Raises ``UnknownModel``."""
        return self.model(f"{OWNER}/{kind.replace('.', '-')}")


def _ours(registry: Registry) -> Iterator[Model]:
    for kind in registry.kinds.values():
        yield Model(OWNER, kind.name.replace(".", "-"), kind)


async def _catalogue(request: Request) -> Catalogue:
    found: Catalogue = request.app.state.catalogue
    return found


CatalogueOf = Annotated[Catalogue, Depends(_catalogue)]
