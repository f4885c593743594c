"""Texts from Replicate: Llama 3, or the texts of another Mediamill."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mediamill.handlers.context import Context
from mediamill.providers.protocol import Ended
from mediamill.queues.manifest import ModelManifest
from mediamill_media.text.providers.orders import Order
from mediamill_media.text.providers.talking import links_by
from mediamill_vendors.catalogued import Catalogued, is_ours, text_of
from mediamill_vendors.replicate.provider import ReplicateModel

SEEDS = 2**31


class Llama(Catalogued, ReplicateModel[Order, str]):
    """A model with the inputs of Llama 3."""

    expected_s = 5.0

    def input_of(self, ask: Order) -> Mapping[str, Any]:
        """Give the model's input."""
        if is_ours(self.model):
            return ask.ask.model_dump(mode="json", exclude_none=True)
        prompt = f"{ask.prompt}\n\n{ask.complaint}" if ask.complaint else ask.prompt
        return {"system_prompt": ask.system, "prompt": prompt, "max_tokens": ask.most_tokens, "temperature": 0.6}

    def units(self, ask: Order) -> Decimal:
        """Count thousands of tokens."""
        return ask.ask.units()

    def read(self, ask: Order, ended: Ended) -> str:
        """Give the text; another Mediamill gives a script as what it is."""
        return json.dumps(ended.output) if isinstance(ended.output, dict) else text_of(ended.output)


class Replicate:
    """Replicate's language models."""

    provider = "replicate"

    def say(self, ctx: Context, entry: ModelManifest, order: Order) -> str:
        """Have a model answer."""
        return ctx.ask(Llama(entry), order)


LINKS = links_by(Replicate())
