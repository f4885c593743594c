"""``@handler(Ask)``: tells which plain function runs the kind whose input is ``Ask``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from mediamill.contracts import Answer, Ask
from mediamill.handlers.context import Context
from mediamill.queues.registry import Queue

AskT = TypeVar("AskT", bound=Ask)
AnswerT = TypeVar("AnswerT", bound=Answer)
Handler = Callable[[Context, AskT], AnswerT]

_handlers: defaultdict[type[Ask], dict[int, Callable[[Context, Ask], Answer]]] = defaultdict(dict)


def handler(ask: type[AskT], *, generation: int = 1) -> Callable[[Handler[AskT, AnswerT]], Handler[AskT, AnswerT]]:
    """Register the decorated function as the one that runs ``ask``. Raises ``TypeError`` when there is one already.

    Raise ``generation`` when a handler asks for other steps than before, and keep the function of the generation
    before it beside it until no job that began with that is left: a job stays with the one that it began with.
    """

    def register(function: Handler[AskT, AnswerT]) -> Handler[AskT, AnswerT]:
        if generation in _handlers[ask]:
            raise TypeError(
                f"{ask.__module__}.{ask.__name__} has a handler of generation {generation} already: "
                f"{_handlers[ask][generation]!r}"
            )
        _handlers[ask][generation] = function  # type: ignore[assignment]  # keyed by its own Ask, called with that only
        return function

    return register


def handler_of(ask: type[Ask], generation: int) -> Callable[[Context, Ask], Answer]:
    """Give a handler of an ask. Raises ``LookupError`` when its module was not imported or has none."""
    try:
        return _handlers[ask][generation]
    except KeyError:
        raise LookupError(
            f"no @handler({ask.__name__}) of generation {generation} in the handlers module of {ask.__module__}"
        ) from None


def served(queues: Iterable[Queue]) -> dict[str, list[int]]:
    """Give the generations of each kind of these queues, lowest first; their handlers must be loaded."""
    kinds = (kind for queue in queues for kind in queue.kinds())
    return {kind.name: sorted(_handlers[kind.ask]) for kind in kinds if _handlers.get(kind.ask)}
