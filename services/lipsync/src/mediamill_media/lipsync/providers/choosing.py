"""Which of a vendor's models serves: those for pictures are not those for films."""

from __future__ import annotations

from mediamill import clock
from mediamill.errors import ProviderDown
from mediamill.queues.manifest import ModelManifest
from mediamill.queues.registry import registry
from mediamill_vendors.catalogued import is_ours

KIND = "lipsync.talk"
_OF_FILMS = frozenset({"sync/lipsync-2", "fal-ai/sync-lipsync/v2"})


def takes_films(model: str) -> bool:
    """Tell whether a model is given a film, and not a picture."""
    return model in _OF_FILMS


def chosen(provider: str, *, wants_film: bool) -> ModelManifest:
    """Give the model that serves: the one that is set or first listed, if it takes what is shown, else the next.

    Raises ``ProviderDown`` when the provider has none for it.
    """
    kind = registry().kind(KIND)
    named = kind.model(provider)
    if named is not None and (is_ours(named.model) or takes_films(named.model) == wants_film):
        return named
    today = clock.now().date()
    listed = (model for model in kind.manifest.models if model.provider == provider and model.serves(today))
    fit = next((model for model in listed if takes_films(model.model) == wants_film), None)
    if named is None or fit is None:
        raise ProviderDown(f"No model of {provider} makes {'films' if wants_film else 'pictures'} talk any more.")
    return fit
