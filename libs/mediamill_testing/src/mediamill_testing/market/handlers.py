"""The handlers of the market."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from mediamill.contracts import Asset
from mediamill.handlers.context import Context, Price
from mediamill.handlers.handler import handler
from mediamill_testing.market.contract import Draw, Drawn, Said, Say, Sketch
from mediamill_testing.market.vendors import MOST_BYTES, SKETCH, TEXT, OnFal, OnReplicate
from mediamill_vendors.openai import made
from mediamill_vendors.openai.vendor import openai
from mediamill_vendors.outputs import fetch

PAINTERS = (OnReplicate(), OnFal())


class Sketched(BaseModel):
    """What was drawn, as the journal keeps it."""

    assets: tuple[Asset, ...]


@handler(Draw)
def draw(ctx: Context, ask: Draw) -> Drawn:
    """Buy the pictures and keep them."""
    urls = ctx.ask(PAINTERS, ask)

    def keep(number: int) -> Asset:
        file = fetch(urls[number], Path(ctx.workdir, str(number)), most_bytes=MOST_BYTES, media_type_prefix="image/")
        return ctx.save(file.path, file.media_type)

    return Drawn(assets=tuple(ctx.step(f"keep {number}", keep, number) for number in range(len(urls))))


@handler(Sketch)
def sketch(ctx: Context, ask: Sketch) -> Drawn:
    """Have the pictures drawn and keep them in the same breath."""

    def drawn(key: str) -> Sketched:
        answer = openai().image("gpt-image-1", ask.prompt, n=ask.n, key=key)
        return Sketched(assets=tuple(ctx.save(file, "image/png") for file in answer.files))

    price = Price[Sketched](SKETCH * ask.n)
    return Drawn(assets=ctx.effect("openai gpt-image-1", drawn, openai().again(drawn), price).assets)


@handler(Say)
def say(ctx: Context, ask: Say) -> Said:
    """Have the text written."""

    def said(key: str) -> made.Said:
        return openai().chat("gpt-4o-mini", [made.Message("user", ask.prompt)], key=key)

    answer = ctx.effect("openai gpt-4o-mini", said, openai().again(said), Price[made.Said](TEXT))
    return Said(text=answer.words())
