"""``mill status``."""

from __future__ import annotations

from typing import Any

import typer
from pydantic import BaseModel

from mill.api.client import Api
from mill.api.errors import Problem, Unreachable
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import age, rows, show, size
from mill.cli.queues import table
from mill.stack.layout import Layout
from mill.stack.processes import is_alive, memory_bytes, uptime_s
from mill.stack.state import PartState, State, live_state, running

app = new_app()


class PartStatus(BaseModel):
    """One process, as it is now."""

    name: str
    pid: int
    alive: bool
    uptime_s: float | None
    memory_bytes: int
    port: int | None
    restarts: int
    log: str


class Status(BaseModel):
    """A stack, as it is now."""

    url: str
    data: str
    memory_bytes: int
    parts: list[PartStatus]
    queues: list[dict[str, Any]]


@app.command(epilog=examples("mill status", "mill status --json | jq .queues"))
def status(*, data: Data = None, as_json: AsJson = False) -> None:
    """Show the stack's processes, with what they use, and its queues. Exit code 3 when nothing runs."""
    layout = Layout.of(data)
    up = running(layout)
    state = live_state(layout)
    parts = _parts(state, layout) if state else []
    with Api(up.url, up.operator_key) as api:
        told = Status(
            url=up.url,
            data=up.data,
            memory_bytes=sum(part.memory_bytes for part in parts),
            parts=parts,
            queues=_queues(api),
        )
    show(told, lambda: _tell(told), as_json=as_json)


def _parts(state: State, layout: Layout) -> list[PartStatus]:
    supervisor = PartState(name="supervisor", pid=state.pid, started=state.started, log=str(layout.log("supervisor")))
    return [_measured(supervisor, own=[part.pid for part in state.parts]), *map(_measured, state.parts)]


def _measured(part: PartState, own: list[int] | None = None) -> PartStatus:
    below = sum(memory_bytes(pid) for pid in own or [])  # counted with the parts themselves
    return PartStatus(
        name=part.name,
        pid=part.pid,
        alive=is_alive(part.identity),
        uptime_s=uptime_s(part.pid),
        memory_bytes=max(0, memory_bytes(part.pid) - below),
        port=part.port,
        restarts=part.restarts,
        log=part.log,
    )


def _queues(api: Api) -> list[dict[str, Any]]:
    try:
        return api.page("/v1/queues", 200)
    except (Problem, Unreachable):
        return []


def _tell(told: Status) -> None:
    typer.echo(f"{told.url}  {told.data}  {size(told.memory_bytes)}")
    rows(
        ["part", "pid", "up", "memory", "port", "restarts", "state"],
        [
            [
                part.name,
                part.pid,
                age(part.uptime_s),
                size(part.memory_bytes),
                part.port,
                part.restarts or None,
                "alive" if part.alive else "dead",
            ]
            for part in told.parts
        ],
    )
    typer.echo("")
    table(told.queues)
