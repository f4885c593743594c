"""Texts from OpenAI, or from any server that speaks like it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from mediamill.handlers.context import Context, Price
from mediamill.queues.manifest import ModelManifest
from mediamill.queues.registry import to_the_microdollar
from mediamill_media.text.providers.orders import Order
from mediamill_media.text.providers.talking import links_by
from mediamill_vendors.openai.made import Message, Said
from mediamill_vendors.openai.vendor import openai


class OpenAI:
    """OpenAI's chat."""

    provider = "openai"

    def say(self, ctx: Context, entry: ModelManifest, order: Order) -> str:
        """Have a model answer; a refusal is billed too, and is told when it has been booked."""
        buy = partial(_buy, entry.model, order)
        price = Price[Said](to_the_microdollar(entry.price * order.ask.units()), partial(_billed, entry))
        return ctx.effect(f"openai {entry.model}", buy, openai().again(buy), price).words()


def _buy(model: str, order: Order, key: str) -> Said:
    messages = [Message("system", order.system), Message("user", order.prompt)]
    if order.complaint:
        messages.append(Message("user", order.complaint))
    return openai().chat(model, messages, schema=order.schema, most_tokens=order.most_tokens, key=key)


def _billed(entry: ModelManifest, said: Said) -> Decimal:
    """Tell what the tokens cost that were read and written."""
    read = entry.price if entry.read_price is None else entry.read_price
    return to_the_microdollar((read * said.tokens_in + entry.price * said.tokens_out) / 1000)


LINKS = links_by(OpenAI())
