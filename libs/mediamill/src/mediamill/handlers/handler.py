"""``@handler(Ask)``: tells which plain function runs the kind whose input is ``Ask``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mediamill.contracts import Answer, Ask
from mediamill.handlers.context import Context

AskT = TypeVar("AskT", bound=Ask)
AnswerT = TypeVar("AnswerT", bound=Answer)
Handler = Callable[[Context, AskT], AnswerT]

_handlers: dict[type[Ask], Callable[[Context, Ask], Answer]] = {}


def handler(ask: type[AskT]) -> Callable[[Handler[AskT, AnswerT]], Handler[AskT, AnswerT]]:
    """Register the decorated function as the one that runs ``ask``. Raises ``TypeError`` when there is one already."""

    def register(function: Handler[AskT, AnswerT]) -> Handler[AskT, AnswerT]:
        if ask in _handlers:
            raise TypeError(f"{ask.__module__}.{ask.__name__} has a handler already: {_handlers[ask]!r}")
        _handlers[ask] = function  # type: ignore[assignment]  # keyed by its own Ask, so it is called with nothing else
        return function

    return register


def handler_of(ask: type[Ask]) -> Callable[[Context, Ask], Answer]:
    """Give the handler of an ask. Raises ``LookupError`` when its module was not imported or has none."""
    try:
        return _handlers[ask]
    except KeyError:
        raise LookupError(f"no @handler({ask.__name__}) in the handlers module of {ask.__module__}") from None
