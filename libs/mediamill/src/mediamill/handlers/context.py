"""The context that every handler is given: side effects that happen once, and waits that cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, NamedTuple, ParamSpec, Protocol, TypeVar
from uuid import UUID

from mediamill.contracts import Answer, Asset
from mediamill.providers.protocol import Provider

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A")
A_contra = TypeVar("A_contra", contravariant=True)
T_co = TypeVar("T_co", covariant=True)


class Call(NamedTuple):
    """A child job to run: its kind and its input, as the kind's contract or plain JSON values."""

    kind: str
    input: Mapping[str, Any]


class Price(NamedTuple, Generic[T]):
    """What an effect is expected to cost, in USD, and how its result tells what it did cost; else that is the same."""

    amount: Decimal
    billed: Callable[[T], Decimal] | None = None


FREE: Price[Any] = Price(Decimal(0))


class Link(Protocol[A_contra, T_co]):
    """A provider's way to serve a kind: one link of a chain. Stateless; shared by all threads."""

    provider: str
    """Who serves: ``local``, or the vendor's name, as in the kind's manifest."""

    def serve(self, ctx: Context, ask: A_contra) -> T_co:
        """Make the answer with the steps, effects and asks that this provider takes.

        It is a recipe like a handler. ``ProviderDown`` sends the chain to its next link; ``Transient`` tries this one
        again, then the next; anything else ends the job.
        """


class Context(Protocol):
    """What a handler may do to the world.

    Steps are matched to the journal by their order, so a handler must ask for them in the same order each time it
    runs: branch only on the input and on what steps returned. All waits park: the handler is left by an exception
    that is not an ``Exception`` and runs from its start when it is woken.
    """

    @property
    def job_id(self) -> UUID:
        """The job that runs."""

    @property
    def workdir(self) -> Path:
        """A private folder of this run, gone when the run ends."""

    @property
    def cachedir(self) -> Path:
        """A folder that this tenant's runs on this machine share; what lies there may be gone any time."""

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked this run to stop; any other call here raises when it is true."""

    def step(self, name: str, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` once in the life of the job and give what it returned, then and on every replay.

        The result goes through JSON by ``fn``'s return annotation; without one it comes back as plain JSON values.
        """

    def effect(
        self,
        name: str,
        submit: Callable[[str], T],
        recover: Callable[[str], T | None],
        price: Price[T] = FREE,
    ) -> T:
        """Do what costs money or cannot be undone, at most once.

        ``submit(key)`` does it, with a key that is the same on every try. If a worker died between intent and
        result, ``recover(key)`` finds what was done, or gives ``None`` if it surely never happened, or raises
        ``OutcomeUnknown``: then the kind's ``unknown_outcome`` decides. An error of ``submit`` that is a refusal
        (``is_refusal``) is written down: only another attempt of the job asks again. A price is held before
        ``submit`` is called, or ``OutOfBudget`` is raised.
        """

    def ask(self, provider: Provider[A, T] | Sequence[Provider[A, T]], ask: A) -> T:
        """Have a vendor make something, at most once, wait for it, parked, and give the provider's answer.

        Of several providers the one that the job names serves, else the first. Raises what the prediction failed with;
        only another attempt of the job asks the vendor again.
        """

    def chain(self, links: Sequence[Link[A, T]], ask: A) -> T:
        """Have one of the links serve: the one that the job names, else the first in the operators' order that can.

        ``links`` are all that this installation has, in any order. Links that are switched off, without credentials,
        past their model's sunset or behind an open circuit are passed over. When a link's provider is down the next
        one serves; a chain that is at its end raises what its last link raised.
        """

    def run(self, kind: str, input: Mapping[str, Any]) -> Answer:
        """Run a child job and give its answer. Raises ``ChildFailed`` when it does not succeed."""

    def gather(self, *calls: Call) -> list[Answer]:
        """Run child jobs at the same time and give their answers in the order of ``calls``."""

    def paced(self, name: str, every_s: float, request: Callable[[], T]) -> T:
        """Make a request when it is this installation's turn: at least ``every_s`` after the one before, by any worker.

        It is no step: inside one, a replay asks for nothing. The slot is held for the seconds that the wait takes;
        raises ``RateLimited`` where they are many, and lets everybody wait when ``request`` raises it.
        """

    def sleep(self, seconds: float) -> None:
        """Wait, parked, for at least ``seconds``."""

    def signal(self, name: str) -> Any:
        """Wait, parked, for ``POST /v1/jobs/{id}/signals/{name}`` and give its JSON body."""

    def progress(self, current: float, total: float, message: str | None = None) -> None:
        """Tell how far the job is. Cheap to call often: what comes too fast is dropped, and it never goes back."""

    def log(self, text: str) -> None:
        """Append a line to the job's log, which its owner can read."""

    def open(self, asset_id: str) -> Path:
        """Give a local, read-only file with the asset's bytes. Raises ``NotFound`` if the tenant has no such asset."""

    def describe(self, asset_id: str) -> Asset:
        """Give an asset's facts without its bytes. Raises ``NotFound`` if the tenant has no such asset."""

    def save(
        self,
        content: bytes | Path,
        media_type: str,
        *,
        role: str = "output",
        width: int | None = None,
        height: int | None = None,
        duration_s: float | None = None,
    ) -> Asset:
        """Keep bytes as an asset of the job. A file inside ``workdir`` may be moved rather than copied."""
