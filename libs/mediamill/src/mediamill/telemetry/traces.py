"""Traces: what happened to a job, from its POST over every process that touched it, in one tree of spans.

Off unless ``MEDIAMILL_OTLP_URL`` says where spans go, and then nothing of OpenTelemetry is imported. What is not
sampled has no span at all: there is no current one, and asking for one costs a look into a context variable.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar, Token
from enum import IntEnum
from importlib import import_module
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from mediamill import clock
from mediamill.errors import MediamillError
from mediamill.settings import Settings

Value = str | int | float | bool
Attributes = Mapping[str, Value]

SAMPLED = 0x01
_RANDOM = 0x02
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_LONGEST = 200


class Kind(IntEnum):
    """What a span is to its parent, numbered as in OpenTelemetry."""

    INTERNAL = 0
    SERVER = 1
    CLIENT = 2
    PRODUCER = 3
    CONSUMER = 4


class Context(NamedTuple):
    """A span as others refer to it, wherever they run."""

    trace_id: int
    span_id: int
    flags: int

    @property
    def is_sampled(self) -> bool:
        """Tell whether whoever began the trace wants its spans."""
        return bool(self.flags & SAMPLED)

    def child(self, span_id: int | None = None) -> Context:
        """Give the context of a span below, with the given id or a new one."""
        return Context(self.trace_id, span_id or random.getrandbits(64) or 1, self.flags)

    def __str__(self) -> str:
        """Write it as the header ``traceparent`` of W3C's Trace Context."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{self.flags:02x}"


class Link(NamedTuple):
    """Another span that this one has to do with, and in which way."""

    context: Context
    why: str


class Untraced:
    """Stands for a span where there is none: it takes everything and keeps nothing."""

    def set(self, attributes: Attributes) -> None:
        """Say more about it."""

    def rename(self, name: str) -> None:
        """Name it, once it is known what it is."""

    def fail(self, error: BaseException | str) -> None:
        """Say that it went wrong, by the error's code; never its text, which may hold a prompt."""

    def end(self, at_ns: int | None = None) -> None:
        """End it, now or at a time."""

    def __enter__(self) -> Self:
        """Make it the current span of this thread or task."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """End it; a handler that leaves its slot is no error."""


class Span(Untraced):
    """Something that took time, written down when it ends."""

    __slots__ = ("_token", "attributes", "began_ns", "context", "ended_ns", "error", "kind", "links", "name", "parent")

    def __init__(
        self, name: str, kind: Kind, context: Context, parent: Context | None, *, attributes: Attributes, began_ns: int
    ) -> None:
        self.name = name
        self.kind = kind
        self.context = context
        self.parent = parent
        self.attributes = dict(attributes)
        self.began_ns = began_ns
        self.ended_ns = began_ns
        self.links: Sequence[Link] = ()
        self.error: str | None = None
        self._token: Token[Span | None] | None = None

    def set(self, attributes: Attributes) -> None:
        """Say more about it."""
        self.attributes.update(attributes)

    def rename(self, name: str) -> None:
        """Name it, once it is known what it is."""
        self.name = name

    def fail(self, error: BaseException | str) -> None:
        """Say that it went wrong, by the error's code; never its text, which may hold a prompt."""
        self.error = error if isinstance(error, str) else code_of(error)
        self.attributes["error.type"] = self.error

    def end(self, at_ns: int | None = None) -> None:
        """End it, now or at a time, and hand it over to be sent."""
        self.ended_ns = max(self.began_ns, at_ns if at_ns is not None else clock.epoch_ns())
        if _sink is not None:
            _sink.take(self)

    def __enter__(self) -> Self:
        """Make it the current span of this thread or task."""
        self._token = _current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """End it; a handler that leaves its slot is no error."""
        if self._token is not None:
            _current.reset(self._token)
        if isinstance(error, Exception):
            self.fail(error)
        self.end()


class Sink(Protocol):
    """Sends spans somewhere, in the background."""

    def take(self, span: Span) -> None:
        """Take a span that has ended. Never waits; what does not fit any more is dropped."""

    def close(self) -> None:
        """Send what is left, for a few seconds at most."""


UNTRACED = Untraced()
_current: ContextVar[Span | None] = ContextVar("mediamill_span", default=None)
_sink: Sink | None = None


def configure_traces(component: str, config: Settings) -> None:
    """Send the spans of this process to where the settings say, if they say so."""
    if config.otlp_url:
        send_to(import_module("mediamill.telemetry.otlp").Otlp(component, config.otlp_url))


def send_to(sink: Sink | None) -> None:
    """Send the spans of this process there, or nowhere."""
    global _sink  # noqa: PLW0603  # one for the process, so that asking costs nothing
    _sink = sink


def is_on() -> bool:
    """Tell whether this process traces."""
    return _sink is not None


def close_traces() -> None:
    """Send what is left, and trace no more: the last thing that a process does."""
    sink = _sink
    send_to(None)
    if sink is not None:
        sink.close()


def span(name: str, kind: Kind = Kind.INTERNAL, attributes: Attributes | None = None) -> Untraced:
    """Begin a span below the current one; where there is none, nothing."""
    above = _current.get()
    if above is None:
        return UNTRACED
    return Span(
        name, kind, above.context.child(), above.context, attributes=attributes or {}, began_ns=clock.epoch_ns()
    )


def span_below(
    parent: Context | None,
    name: str,
    kind: Kind,
    attributes: Attributes,
    *,
    span_id: int | None = None,
    began_ns: int | None = None,
    links: Sequence[Link] = (),
) -> Untraced:
    """Begin a span below one of another process; nothing where that is unknown or not sampled, or traces are off."""
    if _sink is None or parent is None or not parent.is_sampled:
        return UNTRACED
    began = began_ns if began_ns is not None else clock.epoch_ns()
    begun = Span(name, kind, parent.child(span_id), parent, attributes=attributes, began_ns=began)
    begun.links = links
    return begun


def first_span(name: str, kind: Kind, attributes: Attributes) -> Untraced:
    """Begin a trace."""
    context = Context(random.getrandbits(128) or 1, random.getrandbits(64) or 1, SAMPLED | _RANDOM)
    return Span(name, kind, context, None, attributes=attributes, began_ns=clock.epoch_ns())


def current() -> Untraced:
    """Give the span that is under way here."""
    return _current.get() or UNTRACED


def current_context() -> Context | None:
    """Give its context."""
    found = _current.get()
    return found.context if found is not None else None


def header() -> str | None:
    """Give the ``traceparent`` of what is under way here, if it is traced."""
    found = _current.get()
    return str(found.context) if found is not None else None


def outgoing() -> dict[str, str]:
    """Give the headers by which whoever is called continues the trace."""
    found = _current.get()
    return {"traceparent": str(found.context)} if found is not None else {}


def read(traceparent: str | None) -> Context | None:
    """Read a ``traceparent``; what is none is as if there were none."""
    if traceparent is None or len(traceparent) > _LONGEST or (found := _TRACEPARENT.fullmatch(traceparent)) is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    is_known = version != "ff" and (version != "00" or more is None)
    context = Context(int(trace_id, 16), int(span_id, 16), int(flags, 16))
    return context if is_known and context.trace_id and context.span_id else None


def well_formed(traceparent: str | None) -> str | None:
    """Give a ``traceparent`` as it is to be kept, or nothing for what is none."""
    found = read(traceparent)
    return str(found) if found is not None else None


def code_of(error: BaseException) -> str:
    """Name an error without telling its text."""
    return error.code if isinstance(error, MediamillError) else type(error).__name__
