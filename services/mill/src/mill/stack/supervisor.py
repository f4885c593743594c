"""The supervisor: starts the parts in their order, restarts what crashes, stops them the other way round."""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from mediamill.clock import monotonic
from mediamill.settings import Settings
from mill.stack.alarm import Alarm
from mill.stack.chain import QUEUE, ChainPart
from mill.stack.environment import RPC_URL, Keys, brings_signer, metered, stack_environment
from mill.stack.errors import DidNotStart, PortTaken, StackError
from mill.stack.layout import Layout
from mill.stack.leftovers import end_leftovers, marked
from mill.stack.parts import Errand, Part, PostgresPart, ProgramPart, ValkeyPart, tail
from mill.stack.ports import LOOPBACK, free_port, is_free
from mill.stack.probes import gateway_is_ready, worker_is_registered
from mill.stack.processes import Identity, identify, kill_group
from mill.stack.restarts import Restarts
from mill.stack.state import Ports, State, Up, read_ports, supervising, write_ports, write_state

log = logging.getLogger(__name__)

ERRAND_TIMEOUT_S = 120.0
READY_TIMEOUT_S = 90.0
VENDOR = "mediamill_testing.vendor"
VENDOR_URL = "MEDIAMILL_TEST_VENDOR_URL"
REPLICATE_URL = "MEDIAMILL_REPLICATE_BASE_URL"
WORKER_NICE = "5"  # rendering gives way to accepting
_TICK_S = 1.0
_PROBE_S = 0.1
_DRAIN_MARGIN_S = 10.0
_DEFAULT_DRAIN_S = 20.0


class Interrupted(StackError):
    """The stack was told to stop before it was up."""


def supervise(layout: Layout, port: int | None, announce: Callable[[Up], None]) -> None:
    """Hold the folder, bring the stack up, say so, tend it until told to stop, and bring it down."""
    layout.make()
    with supervising(layout), Alarm() as alarm:
        found = end_leftovers(layout)
        if found:
            log.warning("ended what an earlier run left behind: %s", found)
        layout.rotate_logs()
        supervisor = Supervisor(layout, alarm)
        try:
            announce(supervisor.bring_up(chosen_port(layout, port)))
            supervisor.tend()
        finally:
            supervisor.bring_down()


def chosen_port(layout: Layout, asked: int | None) -> int:
    """Give the gateway's port: the one asked for, else that of the last run, else a free one."""
    if asked is not None:
        if not is_free(asked):
            raise PortTaken(f"Port {asked} on {LOOPBACK} is taken by somebody else; give another --port, or none.")
        return asked
    last = read_ports(layout).gateway
    return last if last and is_free(last) else free_port()


class Supervisor:
    """Keeps the parts of one stack."""

    def __init__(self, layout: Layout, alarm: Alarm) -> None:
        self._layout = layout
        self._alarm = alarm
        self._parts: list[Part] = []
        self._restarts: dict[str, Restarts] = {}
        self._up: Up | None = None
        self._self = identify(os.getpid()) or Identity(os.getpid(), "")

    def bring_up(self, port: int) -> Up:
        """Start everything and wait until jobs can be taken and done."""
        self._record()
        last, keys = read_ports(self._layout), Keys(self._layout)
        database_url = self._database(last.postgres)
        broker_url = self._broker(last.valkey)
        url = f"http://{LOOPBACK}:{port}"
        env = stack_environment(self._layout, keys, database_url, broker_url, url)
        env |= self._vendor(env)
        env |= self._chain(env, last.chain)
        drawing = self._signer(env)  # while the database is migrated
        Errand("migrate", _module("mediamill.db.migrate"), self._layout, env).finish(ERRAND_TIMEOUT_S)
        for errand in drawing:
            errand.finish(ERRAND_TIMEOUT_S)
        bootstrap = self._bootstrap(env, keys)  # ends while the programs are still loading
        try:
            programs = _programs(self._layout, env, database_url, port)
            for program in programs:
                self.keep(program)
            bootstrap.finish(ERRAND_TIMEOUT_S)
            self._layout.log("bootstrap").unlink(missing_ok=True)  # what it prints holds both keys
        finally:
            bootstrap.drop()
        self._await_ready(programs)
        self._remember_ports()
        self._up = Up(
            url=url,
            key=keys.key,
            operator_key=keys.operator_key,
            pid=os.getpid(),
            data=str(self._layout.data),
            database_url=database_url,
            broker_url=broker_url,
        )
        self._record()
        return self._up

    def tend(self) -> None:
        """Restart what ends, until told to stop."""
        while not self._alarm.rung:
            self._alarm.wait(min([_TICK_S, *(self._restarts[p.name].due_in() for p in self._dead())]))
            for part in self._dead():
                self._revive(part)

    def bring_down(self) -> None:
        """Stop everything, last started first, and forget that it ran."""
        for part in reversed(self._parts):
            log.info("stopping %s", part.name)
            part.stop()
        for stray in marked(self._layout):
            kill_group(stray)
        self._layout.state.unlink(missing_ok=True)

    def _database(self, preferred: int | None) -> str:
        if given := os.environ.get("MEDIAMILL_DATABASE_URL"):
            return given
        part = PostgresPart(self._layout, preferred)
        self.keep(part)
        if part.running is None:
            raise DidNotStart("Postgres did not start.", log=part.log)
        return part.running.url

    def _broker(self, preferred: int | None) -> str:
        if given := os.environ.get("MEDIAMILL_BROKER_URL"):
            return given
        part = ValkeyPart(self._layout, preferred)
        self.keep(part)
        if part.running is None:
            raise DidNotStart("Valkey did not start.", log=part.log)
        return part.running.url

    def _vendor(self, env: dict[str, str]) -> dict[str, str]:
        """Start the vendor that test.wait buys from, where the test kinds are served, and tell where it is."""
        if not Settings().test_kinds or VENDOR_URL in env or not _is_installed(VENDOR):
            return {}
        port = free_port()
        self.keep(ProgramPart("vendor", _module(f"{VENDOR}.server", "--port", str(port)), self._layout, env, port=port))
        url = f"http://{LOOPBACK}:{port}"
        sells = {} if REPLICATE_URL in env else {REPLICATE_URL: url, "MEDIAMILL_REPLICATE_API_TOKEN": "test"}
        return {VENDOR_URL: url, **sells}

    def _chain(self, env: dict[str, str], preferred: int | None) -> dict[str, str]:
        """Hold a chain ready for the first mint, where none is named, and tell where it is."""
        if RPC_URL in os.environ or not _is_installed(QUEUE):
            return {}
        part = ChainPart(self._layout, preferred, env)
        part.on_start = self._record
        self.keep(part)
        return part.settings

    def _signer(self, env: dict[str, str]) -> list[Errand]:
        """Draw who signs content credentials here, the first time that nobody is given for it."""
        folder = self._layout.signer
        if brings_signer(os.environ) or folder.is_dir():
            return []
        return [Errand("signer", _module("mediamill.provenance.development", str(folder)), self._layout, env)]

    def _bootstrap(self, env: dict[str, str], keys: Keys) -> Errand:
        told = {"MEDIAMILL_BOOTSTRAP_KEY": keys.key, "MEDIAMILL_BOOTSTRAP_OPERATOR_KEY": keys.operator_key}
        return Errand("bootstrap", _module("mediamill.tenants.bootstrap"), self._layout, env | told)

    def keep(self, part: Part) -> None:
        """Start a part and take care of it from now on."""
        self._go_on()
        log.info("starting %s", part.name)
        self._parts.append(part)
        self._restarts[part.name] = Restarts()
        part.start()
        self._record()

    def _await_ready(self, parts: list[ProgramPart]) -> None:
        waiting, deadline = list(parts), monotonic() + READY_TIMEOUT_S
        while waiting:
            self._go_on()
            for part in waiting:
                if (code := part.exit_code()) is not None:
                    raise DidNotStart(f"{part.name} ended with exit code {code}: {tail(part.log)}", log=part.log)
            waiting = [part for part in waiting if not part.is_ready()]
            if waiting and monotonic() > deadline:
                late = waiting[0]
                raise DidNotStart(f"{late.name} was not ready within {READY_TIMEOUT_S:.0f} s.", log=late.log)
            if waiting:
                self._alarm.wait(_PROBE_S)

    def _dead(self) -> list[Part]:
        return [part for part in self._parts if part.exit_code() is not None]

    def _revive(self, part: Part) -> None:
        restarts = self._restarts[part.name]
        if restarts.note_death():
            log.error("%s ended with exit code %s; its log is %s", part.name, part.exit_code(), part.log)
        if restarts.due_in() > 0:
            return
        restarts.note_start()
        part.restarts += 1
        try:
            part.start()
        except (StackError, OSError) as error:
            log.error("%s did not come back: %s", part.name, error)  # noqa: TRY400 - the sentence tells it all
        self._record()

    def _record(self) -> None:
        told = tuple(state for part in self._parts if (state := part.state()) is not None)
        write_state(self._layout, State(pid=self._self.pid, started=self._self.started, up=self._up, parts=told))

    def _remember_ports(self) -> None:
        ports = {part.name: part.port for part in self._parts}
        last = read_ports(self._layout)
        write_ports(
            self._layout,
            Ports(
                gateway=ports["gateway"],
                postgres=ports.get("postgres") or last.postgres,
                valkey=ports.get("valkey") or last.valkey,
                chain=ports.get("chain") or last.chain,
            ),
        )

    def _go_on(self) -> None:
        if self._alarm.rung:
            raise Interrupted("Told to stop before the stack was up.")


def _programs(layout: Layout, env: dict[str, str], database_url: str, port: int) -> list[ProgramPart]:
    drain_s = float(env.get("MEDIAMILL_DRAIN_GRACE_S") or _DEFAULT_DRAIN_S)
    gateway = _module("gateway", "--host", LOOPBACK, "--port", str(port))
    conductor_port, worker_port = free_port(), free_port()
    return [
        ProgramPart("conductor", _module("conductor"), layout, metered(env, conductor_port), port=conductor_port),
        ProgramPart(
            "worker",
            _module("mediamill.handlers.worker", "--queues", "all", "--nice", WORKER_NICE),
            layout,
            metered(env, worker_port),
            ready=lambda pid: worker_is_registered(database_url, pid),
            port=worker_port,
            grace_s=drain_s + _DRAIN_MARGIN_S,
        ),
        ProgramPart("gateway", gateway, layout, env, ready=lambda _: gateway_is_ready(port), port=port),
    ]


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _module(name: str, *arguments: str) -> list[str | Path]:
    return [sys.executable, "-m", name, *arguments]
