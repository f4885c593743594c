"""A stack under load, read by a real Prometheus: no panel is empty, every rule can be evaluated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mediamill.clock import now
from mediamill_testing.boards.picture import draw
from mediamill_testing.boards.prometheus import Asked, running_prometheus
from mediamill_testing.boards.shown import ShownBoard, evaluated
from mediamill_testing.debian import unpacked
from mediamill_testing.receiver import Receiver
from mediamill_testing.stacks import Stack, running_stack, until

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "out" / "dashboards"
COUNTED = 'mediamill_jobs_finished_total{outcome!="canceled"}'
ALIVE = {
    "overview": {"Accepted", "Finished", "Worker slots", "CPU by part", "Memory by part", "Alerts that fire"},
    "gateway": {"Requests", "Answers", "Time to the first byte", "Event lag", "Sent to streams", "Assets"},
    "providers": {"Cost", "Requests", "Time of a request"},
    "webhooks": {"Tries", "From event to the first try"},
    "database": {"Size", "Sessions", "Turns of the loops", "Since a loop's last turn", "Who counts"},
    "tenants": {"Most jobs, 7 days", "Most cost, 7 days", "In line now"},
    "queue-text": {"Slots", "Finished", "Wait in line", "Run time", "Why jobs get a run"},
}
"""Panels that a load must show in: the others are all 0 while nothing is wrong."""


class Watched:
    """A stack that was loaded while Prometheus looked, and what its dashboards then said."""

    def __init__(self, prometheus: Asked, boards: list[ShownBoard]) -> None:
        self.rules = prometheus.rules()
        self.counted = prometheus.value(COUNTED)
        self.up = prometheus.value('up{job=~"mediamill-.*"}')
        self.boards = {board.name: board for board in boards}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    program, folder = unpacked("prometheus"), tmp_path_factory.mktemp("boards")
    with running_stack(folder / "stack", MEDIAMILL_ALLOW_PRIVATE_URLS="1") as stack:
        parts = json.loads(stack.mill("status", "--json").stdout)["parts"]
        ports = {
            f"mediamill-{part['name']}": part["port"]
            for part in parts
            if part["name"] in {"conductor", "worker", "gateway"}
        }
        with running_prometheus(program, folder / "prometheus", ports, ROOT / "deploy/prometheus/rules") as prometheus:
            until(lambda: prometheus.value("mediamill_queue_slots") > 0)
            done = load(stack)
            until(lambda: prometheus.value(COUNTED) >= done, 60, 0.5)
            until(lambda: stack.sql("SELECT 1 FROM usage_days WHERE cost > 0"), 60, 0.5)
            since = now().timestamp()
            until(lambda: prometheus.has_evaluated(since), 60, 0.5)
            boards = list(evaluated(ROOT / "deploy/grafana", prometheus, stack.database_url))
            yield Watched(prometheus, boards)


def load(stack: Stack) -> int:
    """Have a little of everything happen; gives how many jobs have ended then."""
    live, dead = Receiver(), "http://127.0.0.1:9/nobody"
    asked = [
        *[("test.noop", {}, {}) for _ in range(6)],
        ("test.noop", {}, {"webhook": {"url": live.url}}),
        ("test.noop", {}, {"webhook": {"url": dead}}),
        ("test.fail", {"class": "permanent"}, {}),
        ("test.keep", {"size": 20_000}, {}),
        ("test.wait", {"seconds": 0.5, "cost": "0.01"}, {}),
        ("test.wait", {"seconds": 0.5, "fail": "out of memory"}, {}),
        *[("text.generate", {"prompt": "a lighthouse"}, {}) for _ in range(3)],
    ]
    with stack.client() as client:
        client.post("/v1/assets", content=b"a text that is uploaded", headers={"content-type": "text/plain"})
        client.post("/v1/jobs", json={"kind": "nobody.knows", "input": {}})
    with ThreadPoolExecutor(4) as people:
        jobs = list(people.map(lambda one: stack.submit(one[0], one[1], **one[2])["id"], asked))
        list(people.map(lambda job: follow(stack, job), jobs))
    stack.submit("test.sleep", {"seconds": 600})
    live.close()
    return len(jobs)


def follow(stack: Stack, job: str) -> None:
    """Listen to a job until it has ended."""
    with (
        stack.client() as client,
        client.stream("GET", f"/v1/jobs/{job}/events", headers={"accept": "text/event-stream"}) as told,
    ):
        told.read()


def test_no_panel_is_empty_and_what_happened_shows(watched: Watched) -> None:
    silent = {
        f"{board.name}: {panel.title}": panel.silent
        for board in watched.boards.values()
        for panel in board.panels
        if panel.silent
    }
    alive = {name: {panel.title for panel in board.panels if panel.is_alive} for name, board in watched.boards.items()}

    assert not silent
    assert not {name: missing for name, titles in ALIVE.items() if (missing := titles - alive[name])}


def test_every_part_is_read_and_every_rule_can_be_evaluated(watched: Watched) -> None:
    broken = {rule["name"]: rule.get("lastError") for rule in watched.rules if rule["health"] != "ok"}

    firing = {rule["name"] for rule in watched.rules if rule.get("state") == "firing"}

    assert watched.up == 3
    assert not broken
    assert firing == {"DeadMansSwitch"}


def test_every_dashboard_can_be_drawn_from_its_answers(watched: Watched) -> None:
    for board in watched.boards.values():
        draw(board, PICTURES / f"{board.name}.png")

    drawn = {path.stem for path in PICTURES.glob("*.png")}

    assert drawn >= watched.boards.keys()
