"""What is claimed of some bytes: how they were made, with what, and of which other bytes.

A claim names neither the job nor the time nor the tenant: the bytes go out into the world, where these lead nowhere,
and the same bytes made in the same way again make the same claim. Who knows an asset's id learns the rest from us.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from mediamill.assets.sniff import EXTENSIONS, LAYERS
from mediamill.provenance.formats import format_of
from mediamill.queues.manifest import LOCAL, Making

GENERATOR = "Mediamill"
KIND = "com.mediamill.kind"
PROVIDER = "com.mediamill.provider"
DIGEST = "sha256:"
"""What an ingredient's instance id begins with; the hash of its bytes follows."""

PARENT, COMPONENT, INPUT = "parentOf", "componentOf", "inputTo"
"""What an ingredient is to an asset: it was changed, it is inside, it was read."""

_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_CREATED = {
    Making.DRAWN: "algorithmicMedia",
    Making.GENERATED: "trainedAlgorithmicMedia",
    Making.COMPOSED: "composite",
}
_CHANGED = {Making.EDITED: "c2pa.edited", Making.CONVERTED: "c2pa.transcoded"}
_RULES = 1
"""Raised when a claim should be written in another way than before."""
_SUFFIXES = {media_type: suffix for suffix, media_type in reversed(EXTENSIONS.items())}


class Ingredient(NamedTuple):
    """Bytes that an asset was made of."""

    path: Path
    sha256: str
    media_type: str
    is_ours: bool
    """We signed it, so it may be read in this process; anything else comes from outside."""
    is_input: bool = True
    """The job's input names it; else the job itself made or bought it on its way."""

    @property
    def label(self) -> str:
        """What the claim's actions call it by."""
        return DIGEST + self.sha256

    def described(self, relationship: str) -> dict[str, Any]:
        """Tell of it as the C2PA library takes it."""
        what = "layers" if self.media_type == LAYERS else self.media_type.partition("/")[0]
        return {
            "title": f"{what} {self.sha256[:12]}",
            "format": format_of(self.media_type) or self.media_type,
            "relationship": relationship,
            "instance_id": self.label,
            "label": self.label,
        }


class Claim(NamedTuple):
    """How an asset of a media type came to be."""

    kind: str
    provider: str
    model: str | None
    making: Making
    media_type: str
    ingredients: tuple[Ingredient, ...] = ()

    def named(self, sha256: str, signed_by: str) -> str:
        """Name what is claimed of unsigned bytes by a signer: equal claims have equal names."""
        parents = [(ingredient.sha256, ingredient.is_input) for ingredient in self.ingredients]
        facts = [_RULES, _version(), signed_by, *self[:-1], sha256, parents]
        return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()

    def definition(self) -> dict[str, Any]:
        """Give the manifest without its ingredients, as the C2PA library takes it."""
        suffix = _SUFFIXES.get(self.media_type)
        return {
            "claim_generator_info": [{"name": GENERATOR, "version": _version()}],
            "title": f"{self.kind}.{suffix}" if suffix else self.kind,
            "format": format_of(self.media_type),
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": list(self._actions())}}],
        }

    def related(self) -> Iterator[tuple[Ingredient, str]]:
        """Give each ingredient with what it is to the asset."""
        for number, ingredient in enumerate(self.ingredients):
            if self._changes and number == 0:
                yield ingredient, PARENT
            elif self.making is Making.COMPOSED or not ingredient.is_input:
                yield ingredient, COMPONENT
            else:
                yield ingredient, INPUT

    @property
    def _changes(self) -> bool:
        return self.making in _CHANGED and bool(self.ingredients)

    def _actions(self) -> Iterator[dict[str, Any]]:
        labels: dict[str, list[str]] = {PARENT: [], COMPONENT: [], INPUT: []}
        for ingredient, relationship in self.related():
            labels[relationship].append(ingredient.label)
        if self._changes:
            yield {"action": "c2pa.opened", "parameters": {"ingredientIds": labels[PARENT]}}
            yield self._deed(_CHANGED[self.making], self._changed_by, labels[INPUT])
        else:
            yield self._deed("c2pa.created", _CREATED.get(self.making, "composite"), labels[INPUT])
        for label in labels[COMPONENT]:
            yield {"action": "c2pa.placed", "parameters": {"ingredientIds": [label]}}

    @property
    def _changed_by(self) -> str | None:
        is_model = self.making is Making.EDITED and self.provider != LOCAL
        return "compositeWithTrainedAlgorithmicMedia" if is_model else None

    def _deed(self, action: str, source_type: str | None, labels: list[str]) -> dict[str, Any]:
        """Tell what was done, by whom, to which ingredients."""
        parameters: dict[str, Any] = {KIND: self.kind, PROVIDER: self.provider}
        if labels:
            parameters["ingredientIds"] = labels
        agent = {"name": self.model} if self.model else {"name": GENERATOR, "version": _version()}
        told: dict[str, Any] = {"action": action, "softwareAgent": agent, "parameters": parameters}
        return {**told, "digitalSourceType": _SOURCE_TYPES + source_type} if source_type else told


@cache
def _version() -> str:
    return version("mediamill")
