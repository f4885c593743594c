"""The handlers of the test kinds."""

from __future__ import annotations

import functools
import os
import signal
import time
from pathlib import Path

from mediamill.contracts import Answer, Asset
from mediamill.errors import Permanent, ProviderDown, Transient
from mediamill.handlers.context import Call, Context, Price
from mediamill.handlers.handler import handler
from mediamill.processes import child
from mediamill.settings import settings
from mediamill_testing.queue.contract import (
    Busy,
    Buy,
    Done,
    Fail,
    Fanout,
    Keep,
    Kept,
    Marks,
    Noop,
    Roll,
    Rolled,
    Serve,
    Served,
    Sleep,
    Stamp,
    Stepped,
    Steps,
    Tree,
    Wait,
    Waited,
)
from mediamill_testing.queue.ledger import write
from mediamill_testing.queue.links import LINKS
from mediamill_testing.queue.vendors import Waiting, sell, sold
from mediamill_testing.vendor.client import leave_mark

SLICE_S = 0.05
WAITING = Waiting()
TREE_MARK = "MEDIAMILL_TEST_TREE"
"""Names the job in the environment of every process of a ``test.tree``, however far it went."""
STUBBORN_TREE = """
trap '' TERM
setsid sh -c 'sleep "$0" & exec sleep "$0"' "$1" &
sh -c 'sleep "$0" & exec sleep "$0"' "$1" &
exec sleep "$1"
"""
"""Five processes: the leader, two beneath it, two in a session of their own; SIGTERM is nothing to them."""


@handler(Noop)
def noop(ctx: Context, ask: Noop) -> Done:
    """Do nothing."""
    return Done()


@handler(Sleep)
def sleep(ctx: Context, ask: Sleep) -> Done:
    """Sleep in small slices, each of which can be stopped."""
    nap(ctx, ask.seconds)
    return Done()


@handler(Fail)
def fail(ctx: Context, ask: Fail) -> Answer:
    """Raise what was asked for; ``crash`` kills the worker."""
    match ask.error_class:
        case "transient":
            raise Transient("As asked.", retry_after_s=0.1)
        case "provider_down":
            raise ProviderDown("As asked.")
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
    raise Permanent("As asked.")


@handler(Wait)
def wait(ctx: Context, ask: Wait) -> Waited:
    """Have the vendor make a prediction."""
    return ctx.ask(WAITING, ask)


@handler(Serve)
def serve(ctx: Context, ask: Serve) -> Served:
    """Hand it to the chain."""
    return ctx.chain(LINKS, ask)


@handler(Buy)
def buy(ctx: Context, ask: Buy) -> Waited:
    """Buy once, whatever happens, and tell what was bought."""
    bought = ctx.effect("buy", functools.partial(sell, cost=ask.cost), sold, Price(ask.cost))
    return Waited(prediction=bought)


@handler(Steps)
def steps(ctx: Context, ask: Steps) -> Stepped:
    """Take the steps one after the other and tell which process took each."""

    def take(seconds: float) -> int:
        nap(ctx, seconds)
        return os.getpid()

    pids = []
    for index in range(ask.n):
        pids.append(ctx.step(f"step {index}", take, ask.seconds))
        ctx.progress(index + 1, ask.n, f"step {index + 1}")
    return Stepped(pids=tuple(pids))


@handler(Marks)
def marks(ctx: Context, ask: Marks) -> Done:
    """Take steps of which others know."""

    def leave(ordinal: int) -> None:
        with child(["sleep", str(ask.seconds)]) as process:
            process.wait()
        leave_mark(str(ctx.job_id), ordinal)

    for ordinal in range(ask.n):
        ctx.step(f"mark {ordinal}", leave, ordinal)
    return Done()


@handler(Busy)
def busy(ctx: Context, ask: Busy) -> Done:
    """Turn in circles."""
    ctx.step("begin", int)
    until = time.monotonic() + ask.seconds
    while time.monotonic() < until:
        pass
    return Done()


@handler(Tree)
def tree(ctx: Context, ask: Tree) -> Done:
    """Plant the tree and wait for it."""
    env = {**os.environ, TREE_MARK: str(ctx.job_id)}
    with child(["sh", "-c", STUBBORN_TREE, "sh", str(ask.seconds)], env=env) as process:
        process.wait()
    return Done()


@handler(Stamp)
def stamp(ctx: Context, ask: Stamp) -> Done:
    """Do what a deed with side effects does, twice if it is run twice."""
    path = settings().test_ledger
    if not path:
        raise Permanent("MEDIAMILL_TEST_LEDGER is not set, so there is no ledger to write to.")
    write(path, "start", ask.tag)
    nap(ctx, ask.seconds)
    write(path, "end", ask.tag)
    return Done()


@handler(Fanout)
def fanout(ctx: Context, ask: Fanout) -> Done:
    """Run the children at once and wait for them all."""
    ctx.gather(*[Call("test.noop", {"payload": str(index)}) for index in range(ask.n)])
    return Done()


@handler(Keep)
def keep(ctx: Context, ask: Keep) -> Kept:
    """Save."""
    text = (ask.text.encode() * (ask.size // len(ask.text.encode() or b"-") + 1))[: ask.size]

    def save() -> Asset:
        return ctx.save(text, "text/plain", role="text")

    return Kept(assets=(ctx.step("save", save),))


def roll_first(ctx: Context, ask: Roll) -> Rolled:
    """Cut, glue and paint."""
    return _roll(ctx, ask, 1, ("cut", "glue", "paint"))


def roll_second(ctx: Context, ask: Roll) -> Rolled:
    """Glue before it cuts, sand in between, paint no more: another journal altogether."""
    return _roll(ctx, ask, 2, ("glue", "sand", "cut"))


for number, function in ((1, roll_first), (2, roll_second)):
    if number in settings().test_generations:
        handler(Roll, generation=number)(function)


def _roll(ctx: Context, ask: Roll, generation: int, names: tuple[str, str, str]) -> Rolled:
    def take() -> int:
        nap(ctx, ask.seconds)
        return generation

    took = [ctx.step(names[0], take)]
    ctx.sleep(0.01)
    took.append(ctx.step(names[1], take))
    if ask.needs and not Path(ask.needs).exists():
        raise Transient("It needs a file that is not there.", retry_after_s=0)
    return Rolled(generations=(*took, ctx.step(names[2], take)))


def nap(ctx: Context, seconds: float) -> None:
    """Sleep, but not through a stop."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if ctx.cancelled:
            ctx.progress(0, 1)
        time.sleep(min(SLICE_S, left))
