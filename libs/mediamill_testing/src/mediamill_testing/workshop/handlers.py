"""The handlers of the workshop."""

from __future__ import annotations

import io
import wave
from decimal import Decimal
from pathlib import Path

from mediamill.contracts import Asset
from mediamill.errors import ChildFailed, OutcomeUnknown, Transient
from mediamill.handlers.context import Call, Context, Price
from mediamill.handlers.handler import handler
from mediamill.processes import child
from mediamill_testing.workshop.contract import (
    Await,
    Borrow,
    Bought,
    Buy,
    Drift,
    Gather,
    Gathered,
    Heard,
    Keep,
    Kept,
    Record,
    Spawn,
    Timer,
)


@handler(Buy)
def buy(ctx: Context, ask: Buy) -> Bought:
    """Buy once, whatever breaks."""
    ledger = Path(ask.ledger)

    def submit(key: str) -> str:
        if ask.crash_after == "intent" and not ledger.exists():
            ledger.touch()
            raise Transient("The wire broke before the vendor heard.", retry_after_s=0)
        with ledger.open("a") as file:
            file.write(f"{key}\n")
        if ask.crash_after == "deed" and len(ledger.read_text().split()) == 1:
            raise Transient("The wire broke after the vendor heard.", retry_after_s=0)
        return f"receipt of {key}"

    def recover(key: str) -> str | None:
        if not ask.finds:
            raise OutcomeUnknown("The vendor cannot tell.")
        return f"receipt of {key}" if key in ledger.read_text().split() else None

    def billed(_: str) -> Decimal:
        return ask.price if ask.billed is None else ask.billed

    price = Price(ask.price, billed)
    return Bought(receipt=ctx.effect("buy", submit, recover, price))


@handler(Gather)
def gather(ctx: Context, ask: Gather) -> Gathered:
    """Run the children that are asked for."""
    calls = [Call(one.kind, one.input) for one in ask.children]
    if not ask.catches:
        return Gathered(count=len(ctx.gather(*calls)))
    try:
        return Gathered(count=len(ctx.gather(*calls)))
    except ChildFailed:
        return Gathered(count=-1)


@handler(Await)
def wait_for_signal(ctx: Context, ask: Await) -> Heard:
    """Wait."""
    return Heard(body=ctx.signal(ask.name))


@handler(Timer)
def timer(ctx: Context, ask: Timer) -> Gathered:
    """Sleep."""
    ctx.sleep(ask.seconds)
    return Gathered(count=1)


@handler(Drift)
def drift(ctx: Context, ask: Drift) -> Gathered:
    """Take another step the second time."""
    flag = Path(ask.flag)
    name = "second" if flag.exists() else "first"
    ctx.step(name, flag.touch)
    raise Transient("Once more.", retry_after_s=0)


@handler(Keep)
def keep(ctx: Context, ask: Keep) -> Kept:
    """Save."""
    text = ctx.open(ask.asset).read_bytes()[::-1] if ask.asset else ask.text.encode()

    def save() -> Asset:
        path = ctx.workdir / "text"
        path.write_bytes(text)
        return ctx.save(path, "text/plain", role="text")

    return Kept(assets=(ctx.step("save", save),))


@handler(Record)
def record(ctx: Context, ask: Record) -> Kept:
    """Open what it is made of, and save it."""
    for asset in ask.between:
        ctx.open(asset)

    def save() -> Asset:
        for asset in ask.of:
            ctx.open(asset)
        return ctx.save(sound(ask.text), "audio/wav", role="sound")

    return Kept(assets=(ctx.step("record", save),))


def sound(text: str) -> bytes:
    """Give a sound file whose samples are a text's letters."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", "not compressed"))
        file.writeframes(text.encode())
    return out.getvalue()


@handler(Spawn)
def spawn(ctx: Context, ask: Spawn) -> Gathered:
    """Own a subprocess that itself has a child."""
    with child(["sh", "-c", f"sleep {ask.seconds} & echo $! > {ask.pid_file}; wait"]) as process:
        process.wait()
    return Gathered(count=1)


@handler(Borrow)
def borrow(ctx: Context, ask: Borrow) -> Kept:
    """Answer with what a child made, telling of both stages."""
    ctx.progress(0, 2, "asking")
    ctx.run("test.noop", {})
    ctx.progress(1, 2, "borrowing")
    return Kept.model_validate(ctx.run("shop.keep", {"text": ask.text}).model_dump())
