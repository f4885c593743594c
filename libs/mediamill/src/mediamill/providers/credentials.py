"""Whose key this installation has: who is not paid needs none."""

from __future__ import annotations

from typing import Final

from mediamill.settings import settings

_KEYS: Final = {"replicate": "replicate_api_token", "openai": "openai_api_key", "fal": "fal_key", "evm": "evm_rpc_url"}
"""The setting that holds each vendor's key, or the way to it."""


def configured(provider: str) -> bool:
    """Tell whether this process may ask a provider: it holds the vendor's key, or none is needed."""
    setting = _KEYS.get(provider)
    return setting is None or bool(getattr(settings(), setting).get_secret_value())
