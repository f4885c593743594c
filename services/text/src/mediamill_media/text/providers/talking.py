"""A link whose vendor hosts a language model: ordered once, and once more with what was wrong with the first answer."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

from mediamill.contracts import Ask
from mediamill.errors import Permanent
from mediamill.handlers.context import Context, Link
from mediamill.handlers.links import model_of
from mediamill.queues.manifest import ModelManifest
from mediamill_media.text.papers.orders import Summaries
from mediamill_media.text.providers.orders import Order, Prose, Scripts, Task, Unfit
from mediamill_media.text.providers.plans import Plans

A = TypeVar("A", bound=Ask)
T = TypeVar("T")

GENERATE, SCRIPT, SUMMARY, ACTIVITIES = "text.generate", "text.script", "text.summary", "text.activities"


class Talker(Protocol):
    """A vendor of language models."""

    provider: str

    def say(self, ctx: Context, entry: ModelManifest, order: Order) -> str:
        """Have a model answer, bought at most once."""


class Talking(Generic[A, T]):
    """A vendor's way to serve a kind of text."""

    def __init__(self, kind: str, talker: Talker, task: Task[A, T]) -> None:
        self.provider = talker.provider
        self._kind, self._talker, self._task = kind, talker, task

    def serve(self, ctx: Context, ask: A) -> T:
        """Have it written. Raises ``Permanent`` when the second answer does not fit either."""
        order = self._task.order(ask)
        entry = model_of(ctx, self._kind, self.provider)
        said = self._talker.say(ctx, entry, order)
        try:
            return self._task.read(ask, said)
        except Unfit as wrong:
            complaint = f"Your answer was:\n{said[:8000]}\n\n{wrong} Answer again, as you were told to."
        try:
            return self._task.read(ask, self._talker.say(ctx, entry, order._replace(complaint=complaint)))
        except Unfit as wrong:
            raise Permanent(f"{entry.model} gave no answer that fits, asked twice. {wrong}") from wrong


def links_by(talker: Talker) -> dict[str, Link[Any, Any]]:
    """Give a vendor's links, one for each kind of text."""
    return {
        GENERATE: Talking(GENERATE, talker, Prose()),
        SCRIPT: Talking(SCRIPT, talker, Scripts()),
        SUMMARY: Talking(SUMMARY, talker, Summaries()),
        ACTIVITIES: Talking(ACTIVITIES, talker, Plans()),
    }
