"""The context on the real engine: every side effect goes through the journal, every wait parks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, Row, func, select

from mediamill import clock
from mediamill.assets.keep import Kept, keep
from mediamill.assets.made import made_by
from mediamill.contracts import Answer, Asset
from mediamill.db.prepared import Prepared
from mediamill.db.session import Database
from mediamill.errors import ChildFailed, Nondeterministic
from mediamill.events.model import EventType
from mediamill.handlers.asking import Buyer, step_name
from mediamill.handlers.chaining import Chain, Means
from mediamill.handlers.context import FREE, Call, Link, Price
from mediamill.handlers.dealings import Dealings, Fenced, Place
from mediamill.handlers.effecting import Effect, How
from mediamill.handlers.keeper import Keeper
from mediamill.handlers.pacing import Pacer
from mediamill.handlers.parked import Awaited, Parked, Recalled
from mediamill.handlers.purse import Purse
from mediamill.handlers.recorded import as_returned
from mediamill.handlers.run import Run, Stop
from mediamill.handlers.scratch import shared_folder
from mediamill.handlers.tracing import span_of_purchase, span_of_step
from mediamill.handlers.trail import Trail
from mediamill.hints import job_topic, publish_hint, tenant_topic
from mediamill.jobs import journal, transition
from mediamill.jobs.model import Job
from mediamill.jobs.states import FINAL, State
from mediamill.processes import Stopped
from mediamill.providers.chain import choose
from mediamill.providers.protocol import Provider
from mediamill.queues.manifest import ModelManifest
from mediamill.queues.registry import Registry
from mediamill.steps.model import StepState, StepType

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A")

PROGRESS_EVERY_S = 0.5
HELD_S = 0.5
"""How long ago a run must have proved that its job is still its own when it does what cannot be undone."""


class JournaledContext:
    """What a handler of a real job is given."""

    def __init__(self, run: Run, db: Database, registry: Registry, keeper: Keeper) -> None:
        self._run = run
        self._db = db
        self._purse = Purse(run, db)
        self._keeper = keeper
        self._registry = registry
        self._told_at = 0.0
        self._furthest = (run.progress or {}).get("current", 0.0), (run.progress or {}).get("total", 0.0)
        self._trail = Trail(self._read_journal, is_new=run.is_first)
        self._dealings = Dealings()
        self._fenced = Fenced(self._write_quietly, self._prove_hold, self.log)

    @property
    def job_id(self) -> UUID:
        """The job that runs."""
        return self._run.job_id

    @property
    def workdir(self) -> Path:
        """A private folder of this run."""
        return self._keeper.workdir

    @property
    def cachedir(self) -> Path:
        """A folder that this tenant's runs share; where there is none, this run's own."""
        return shared_folder(self._run.tenant_id) or self._keeper.workdir

    @property
    def cancelled(self) -> bool:
        """Whether this run was told to stop."""
        return self._run.owner.stopped.is_set()

    def step(self, name: str, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` once in the life of the job."""
        ordinal, recalled = self._arrive(name, StepType.STEP)
        if recalled is None:
            started = clock.now()
            with self._keeper.within(), span_of_step(self._run, StepType.STEP, name, ordinal, None):
                result = fn(*args, **kwargs)
            recorded = to_jsonable_python(result)
            entry = journal.Entry(ordinal, name, StepType.STEP, StepState.DONE, recorded, started)
            self._write(journal.record(*self._fence, entry))
        else:
            recorded = recalled.result
        returned = as_returned(fn, recorded)
        if isinstance(returned, ModelManifest):
            self._run.model = returned.model
        return returned

    def effect(
        self, name: str, submit: Callable[[str], T], recover: Callable[[str], T | None], price: Price[T] = FREE
    ) -> T:
        """Do what must not happen twice: intent, deed, result."""
        ordinal, recalled = self._arrive(name, StepType.EFFECT)
        how = How(submit, recover, price)
        with self._keeper.within(), span_of_step(self._run, StepType.EFFECT, name, ordinal, recalled):
            return Effect(self._run, self._fenced, self._purse, self._dealings, Place(ordinal, name), how).do(recalled)

    def ask(self, provider: Provider[A, T] | Sequence[Provider[A, T]], ask: A) -> T:
        """Have a vendor make something, and wait for it, parked."""
        chosen = choose(provider, self._run.provider)
        ordinal, recalled = self._arrive(name := step_name(chosen), StepType.PREDICTION)
        place = Place(ordinal, name)
        buyer = Buyer(self._run, self._db, self._fenced, self._purse, self._dealings, place)
        with span_of_purchase(self._run, chosen, ordinal):
            return buyer.buy(chosen, ask, recalled)

    def chain(self, links: Sequence[Link[A, T]], ask: A) -> T:
        """Have one of the links serve, and another one where its provider does not."""
        self._check()
        means = Means(self._run, self._db, self._trail, self._fenced, self._dealings)
        return Chain(means, links).serve(self, ask)

    def run(self, kind: str, input: Mapping[str, Any]) -> Answer:
        """Run a child job and give its answer."""
        return self.gather(Call(kind, input))[0]

    def gather(self, *calls: Call) -> list[Answer]:
        """Run child jobs at the same time and give their answers in order."""
        name = ", ".join(dict.fromkeys(call.kind for call in calls))
        ordinal, recalled = self._arrive(name, StepType.CHILDREN)
        if not calls:
            return []
        ids: list[str | None] = recalled.result if recalled else [None] * len(calls)
        if len(ids) != len(calls):
            raise Nondeterministic(f"Step {ordinal} had {len(ids)} children and now asks for {len(calls)}.")
        found = self._children([UUID(child) for child in ids if child is not None])
        self._raise_for_failed(found)
        if None in ids or any(State(child.state) not in FINAL for child in found.values()):
            raise Parked(Awaited("children", ordinal, name, calls=calls, children=ids, recorded=recalled is not None))
        return [self._answer(found[str(child)]) for child in ids]

    def paced(self, name: str, every_s: float, request: Callable[[], T]) -> T:
        """Make a request in its turn among those of all workers."""
        self._check()
        return Pacer(self._run, self._db).ask(name, every_s, request)

    def sleep(self, seconds: float) -> None:
        """Wait, parked."""
        ordinal, recalled = self._arrive("sleep", StepType.TIMER)
        if recalled is None and seconds > 0:
            raise Parked(Awaited("timer", ordinal, "sleep", sleep_s=seconds))
        wake_at = datetime.fromisoformat(recalled.result) if recalled else None
        if wake_at and self._db.run(lambda c: c.execute(select(func.clock_timestamp() < wake_at)).scalar_one()):
            raise Parked(Awaited("timer", ordinal, "sleep", wake_at=wake_at, recorded=True))

    def signal(self, name: str) -> Any:
        """Wait, parked, for a signal and give its body."""
        ordinal, recalled = self._arrive(name, StepType.SIGNAL)
        if recalled is not None:
            return recalled.result
        taken = self._db.run(lambda c: self._take_signal(c, ordinal, name))
        if taken is None:
            raise Parked(Awaited("signal", ordinal, name, signal=name, recorded=False))
        return taken["body"]

    def progress(self, current: float, total: float, message: str | None = None) -> None:
        """Tell how far the job is."""
        self._check()
        is_behind = total > 0 and self._furthest[1] > 0 and current / total < self._furthest[0] / self._furthest[1]
        is_replayed = self._run.progress == {"current": current, "total": total, "message": message}
        if is_behind or is_replayed:
            return
        is_last = current >= total
        if not is_last and clock.monotonic() - self._told_at < PROGRESS_EVERY_S:
            return
        self._told_at, self._furthest = clock.monotonic(), (current, total)
        data = {"current": current, "total": total, "message": message}
        self._write(transition.note(*self._fence, EventType.PROGRESS, data))

    def log(self, text: str) -> None:
        """Append a line to the job's log."""
        self._check()
        self._write(transition.note(*self._fence, EventType.LOG, {"text": text[:10_000]}))

    def open(self, asset_id: str) -> Path:
        """Give a local, read-only file with the asset's bytes."""
        self._check()
        return self._keeper.open(asset_id)

    def describe(self, asset_id: str) -> Asset:
        """Give an asset's facts."""
        self._check()
        return self._keeper.find(asset_id).asset()

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
        """Keep bytes as an asset of the job."""
        self._check()
        taken = self._keeper.take(content, media_type, role)

        def kept(connection: Connection) -> Asset:
            asset = keep(
                connection,
                self._run.tenant_id,
                taken.blob,
                media_type=media_type,
                width=width,
                height=height,
                duration_s=duration_s,
                claim=taken.claim,
            )
            return self._made(connection, asset, role)

        asset = self._db.run(kept)
        self._keeper.kept(taken, asset)
        self._hint()
        return asset

    @property
    def _fence(self) -> tuple[UUID, int]:
        return self._run.job_id, self._run.delivery

    def _check(self) -> None:
        if self._run.owner.stopped.is_set():
            raise Stopped

    def _arrive(self, name: str, type_: StepType) -> tuple[int, Recalled | None]:
        """Come to the next step, and give what the journal holds of it."""
        self._check()
        return self._trail.arrive(name, type_)

    def _read_journal(self) -> dict[int, Recalled]:
        rows = self._db.rows(journal.entries(self.job_id))
        return {row.ordinal: Recalled.of(row) for row in rows}

    def _write(self, statement: Prepared) -> Any:
        """Run a fenced write and tell of it."""
        row = self._write_quietly(statement)
        self._hint()
        return row

    def _write_quietly(self, statement: Prepared) -> Any:
        """Run a fenced write and give its row. No row back: the job is no longer this run's, and the run stops."""
        row = self._db.one(statement)
        if row is None:
            self._run.stop(Stop.LOST)
            raise Stopped
        return row

    def _prove_hold(self, proved_at: float) -> None:
        """Stop a run that was held still, or kept waiting, long enough for its job to be given to somebody else."""
        while clock.running() - proved_at > HELD_S:
            proved_at = clock.running()
            if self._db.one(journal.hold(*self._fence)) is None:
                self._run.stop(Stop.LOST)
                raise Stopped

    def _take_signal(self, connection: Connection, ordinal: int, name: str) -> dict[str, Any] | None:
        taken: dict[str, Any] | None = connection.execute(*journal.take_signal(self.job_id, name)).scalar_one_or_none()
        if taken is not None:
            entry = journal.Entry(ordinal, name, StepType.SIGNAL, StepState.DONE, taken["body"], clock.now())
            self._hold(connection.execute(*journal.record(*self._fence, entry)).first(), connection)
        return taken

    def _made(self, connection: Connection, kept: Kept, role: str) -> Asset:
        """Tell, fenced, that this job made the asset; a replay that makes it again tells nothing new."""
        asset = kept.asset(role)
        self._run.saved.add(asset.id)
        if connection.execute(made_by(self.job_id, kept.id, role)).first() is not None:
            data = {"asset_id": asset.id, "role": role, "media_type": asset.media_type, "bytes": asset.bytes}
            self._hold(connection.execute(*transition.note(*self._fence, EventType.ASSET, data)).first(), connection)
        return asset

    def _hold(self, row: Row[Any] | None, connection: Connection) -> None:
        """Stop the run when a fenced write found that the job is no longer its own."""
        if row is None:
            connection.rollback()
            self._run.stop(Stop.LOST)
            raise Stopped

    def _hint(self) -> None:
        publish_hint(job_topic(self.job_id), tenant_topic(self._run.tenant_id))

    def _children(self, ids: list[UUID]) -> dict[str, Row[Any]]:
        if not ids:
            return {}
        query = select(Job.id, Job.kind, Job.state, Job.output, Job.error).where(Job.id.in_(ids))
        return {str(row.id): row for row in self._db.run(lambda c: list(c.execute(query)))}

    def _raise_for_failed(self, children: Mapping[str, Row[Any]]) -> None:
        for child in children.values():
            if child.state in {State.FAILED, State.CANCELED}:
                error = child.error or {}
                raise ChildFailed(f"{child.kind} {child.id} {child.state}: {error.get('message', 'no reason given')}")

    def _answer(self, child: Row[Any]) -> Answer:
        return self._registry.kind(child.kind).answer.read(child.output or {})
