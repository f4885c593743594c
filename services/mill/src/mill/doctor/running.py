"""Checks of what runs: the stack's processes, or the parts that the environment names."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg

from mediamill.budgets.audit import DRIFT
from mediamill.db.restored import FOREIGN
from mediamill.db.revision import head, needed, serves
from mediamill.queues.manifest import BrokenManifest
from mediamill.queues.registry import discover
from mill.cli.worker import environment
from mill.doctor.finding import Finding, Fix, fail, ok, warn
from mill.errors import ExitCode, MillError
from mill.stack.layout import Layout
from mill.stack.leftovers import end_leftovers, marked
from mill.stack.probes import gateway_is_ready, is_listening, libpq_url
from mill.stack.processes import is_alive
from mill.stack.resp import ping
from mill.stack.state import live_state, read_state
from mill.stack.urls import urls

LEFTOVERS, MIGRATIONS, LOG = "left-overs", "migrations", "log"
_IDLE = "nothing runs here"
_UP = "Start it with 'mill up --detach'."
_DEFAULT_BROKER_PORT = 6379


def supervisor(layout: Layout) -> Finding:
    """Does the supervisor live, and its parts."""
    state = live_state(layout)
    if state is None:
        return warn("stack", _IDLE, _UP)
    dead = [part.name for part in state.parts if not is_alive(part.identity)]
    if dead:
        return fail("stack", f"dead: {', '.join(dead)}", f"Read the logs in {layout.logs}.")
    restarted = [f"{part.name} {part.restarts}×" for part in state.parts if part.restarts]
    if restarted:
        return warn("stack", f"restarted: {', '.join(restarted)}", f"Read the logs in {layout.logs}.")
    return ok("stack", f"{len(state.parts)} parts under {state.pid}")


def leftovers(layout: Layout) -> Finding:
    """Is anything left of a stack whose supervisor was killed."""
    if live_state(layout) is not None:
        return ok(LEFTOVERS, "none")
    state = read_state(layout)
    found = {part.pid for part in (state.parts if state else ()) if is_alive(part.identity)}
    found |= {stray.pid for stray in marked(layout)}
    if found:
        left = warn(LEFTOVERS, f"pids {sorted(found)}", "'mill down' ends them.")
        return left.model_copy(update={"fix": END.does})
    return ok(LEFTOVERS, "none")


def _end(layout: Layout) -> str:
    return f"{len(end_leftovers(layout))} processes ended"


END = Fix("End what a dead supervisor has left", _end)


def database(layout: Layout) -> Finding:
    """Does the database answer."""
    url = urls(layout).database
    if not url:
        return warn("database", _IDLE, _UP)
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=5) as connection:
            return ok("database", f"Postgres {connection.info.parameter_status('server_version')} answers")
    except psycopg.Error as error:
        return fail("database", str(error).strip(), f"Read {layout.log('postgres')}, or check MEDIAMILL_DATABASE_URL.")


def migrations(layout: Layout) -> Finding:
    """Has the database the tables of this version."""
    found = asked(layout, MIGRATIONS, "SELECT version_num FROM alembic_version")
    if isinstance(found, Finding):
        return found
    current = str(found[0][0]) if found else ""
    if not serves(current):
        behind = fail(MIGRATIONS, f"at {current or None}, this version needs {needed()}", "Run 'mill migrate'.")
        return behind.model_copy(update={"fix": MIGRATE.does})
    if current < head():
        return warn(
            MIGRATIONS, f"at {current}, {head()} waits", "Run 'mill migrate --post' when no old process is left."
        )
    if current > head():
        return warn(MIGRATIONS, f"at {current}, which is newer than this release", "Install the release that runs.")
    return ok(MIGRATIONS, f"at {current}")


def _migrate(layout: Layout) -> str:
    program = [sys.executable, "-m", "mediamill.db.migrate", "--pre"]
    done = subprocess.run(program, env=environment(layout), capture_output=True, text=True, check=False)
    if done.returncode not in {ExitCode.OK, ExitCode.PENDING}:
        raise MillError(done.stderr.strip()[-500:])
    return "migrated, as far as old code may still run"


MIGRATE = Fix("Migrate the database by what old code can live with (mill migrate --pre)", _migrate)


def log(layout: Layout) -> Finding:
    """Was the log written by this cluster, or has it been settled."""
    found = asked(layout, LOG, FOREIGN)
    if isinstance(found, Finding):
        return found
    if found and found[0][0]:
        foreign = fail(LOG, "restored from a dump of another cluster; events are not told", "Run 'mill migrate'.")
        return foreign.model_copy(update={"fix": MIGRATE.does})
    return ok(LOG, "of this cluster")


def books(layout: Layout) -> Finding:
    """Are the balances what the ledger says."""
    found = asked(layout, "books", DRIFT)
    if isinstance(found, Finding):
        return found
    if found:
        told = "; ".join(f"{row[0]} {row[1]}: reserved by {row[3]}, spent by {row[4]}" for row in found[:3])
        return fail("books", f"{len(found)} balances differ from the ledger: {told}", "Report it: this is a fault.")
    return ok("books", "the balances are what the ledger says")


def asked(layout: Layout, name: str, query: LiteralString) -> list[tuple[Any, ...]] | Finding:
    """Give what the database answers, or the finding that it does not."""
    url = urls(layout).database
    if not url:
        return warn(name, _IDLE, _UP)
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=5) as connection:
            return connection.execute(query).fetchall()
    except psycopg.Error as error:
        return fail(name, str(error).strip(), "Run 'mill migrate'.")


def broker(layout: Layout) -> Finding:
    """Does the broker answer."""
    url = urls(layout).broker
    if not url:
        return warn("broker", _IDLE, _UP)
    parts = urlsplit(url.partition(";")[0])
    ours = parts.scheme == "redis" and parts.hostname == "127.0.0.1" and parts.password and parts.port
    answers = ping(parts.port or 0, parts.password or "") if ours else is_listening(url, _DEFAULT_BROKER_PORT)
    if not answers:
        return fail("broker", "does not answer", f"Read {layout.log('valkey')}, or check MEDIAMILL_BROKER_URL.")
    return ok("broker", f"answers on port {parts.port}")


def gateway(layout: Layout) -> Finding:
    """Says the gateway that it can serve."""
    url = urls(layout).gateway
    if not url:
        return warn("gateway", _IDLE, _UP)
    host, port = urlsplit(url).hostname or "127.0.0.1", urlsplit(url).port or 80
    if not gateway_is_ready(port, host):
        return fail("gateway", f"{url}/readyz does not say ready", f"Read {layout.log('gateway')}.")
    return ok("gateway", f"{url} is ready")


def queues(_: Layout) -> Finding:
    """Can every installed queue's manifest be read."""
    try:
        found = discover()
    except BrokenManifest as error:
        return fail("queues", str(error), "Mend its queue.toml.")
    return ok("queues", f"{len(found.kinds)} kinds in {', '.join(found.queues)}")


def workers(layout: Layout) -> Finding:
    """Has every queue a worker."""
    url = urls(layout).database
    if not url:
        return warn("workers", _IDLE, _UP)
    query = "SELECT name, count(*) FROM workers, unnest(queues) AS name WHERE NOT draining GROUP BY name"
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=5) as connection:
            served: dict[str, int] = dict(connection.execute(query).fetchall())
        needed = discover().queues
    except (psycopg.Error, BrokenManifest) as error:
        return fail("workers", str(error).strip(), "Mend the database or the manifests first.")
    missing = [name for name in needed if not served.get(name)]
    if missing:
        return fail("workers", f"nobody serves {', '.join(missing)}", "Run 'mill worker --queues …', or 'mill up'.")
    return ok("workers", ", ".join(f"{name} {count}" for name, count in sorted(served.items())))
