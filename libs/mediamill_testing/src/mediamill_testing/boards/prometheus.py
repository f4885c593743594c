"""A real Prometheus that reads a stack."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import yaml

from mediamill.clock import now
from mediamill_testing.debian import Unpacked
from mediamill_testing.stacks import until
from mill.stack.ports import LOOPBACK, free_port

SCRAPE_S = 1
EVALUATE_S = 2


class Series(NamedTuple):
    """A line of a graph: its labels, and its points as times and values."""

    labels: dict[str, str]
    points: list[tuple[float, float]]


class Asked(NamedTuple):
    """A Prometheus on loopback, by its API."""

    client: httpx.Client

    def range(self, expr: str, seconds: int, step_s: float = 1) -> list[Series]:
        """Evaluate an expression over the last seconds. Raises ``ValueError`` with what Prometheus says against it."""
        end = now().timestamp()
        asked = {"query": expr, "start": end - seconds, "end": end, "step": step_s}
        told = self.client.post("/api/v1/query_range", data=asked).json()
        if told["status"] != "success":
            raise ValueError(f"{told['error']} in: {expr}")
        return [
            Series(found["metric"], [(float(at), float(value)) for at, value in found["values"]])
            for found in told["data"]["result"]
        ]

    def value(self, expr: str) -> float:
        """Give the sum of an expression now; 0 of nothing."""
        told = self.client.post("/api/v1/query", data={"query": f"sum({expr})"}).json()
        return sum(float(found["value"][1]) for found in told["data"]["result"])

    def rules(self) -> list[dict[str, Any]]:
        """Give every rule with its health."""
        groups = self.client.get("/api/v1/rules").json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def has_evaluated(self, since: float) -> bool:
        """Tell whether every group of rules was evaluated after a time."""
        rules = self.rules()
        return bool(rules) and all(rule["lastEvaluation"] > _iso(since) for rule in rules)


@contextmanager
def running_prometheus(program: Unpacked, folder: Path, targets: Mapping[str, int], rules: Path) -> Iterator[Asked]:
    """Run Prometheus on the ports of these jobs with the rules of a folder, and end it after the block."""
    folder.mkdir(parents=True)
    config = {
        "global": {"scrape_interval": f"{SCRAPE_S}s", "evaluation_interval": f"{EVALUATE_S}s"},
        "rule_files": [str(rules / "*.yml")],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [f"{LOOPBACK}:{port}"]}]} for job, port in targets.items()
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    port = free_port()
    argv = [
        str(program.program("prometheus")),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={LOOPBACK}:{port}",
        "--log.level=warn",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(argv, env=program.environment(), stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://{LOOPBACK}:{port}", timeout=30) as client:
            until(lambda: _is_ready(client, process, folder / "log"))
            yield Asked(client)
    finally:
        process.terminate()
        process.wait()


def _is_ready(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"Prometheus ended: {log.read_text('utf-8')[-2000:]}")
    try:
        return client.get("/-/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _iso(at: float) -> str:
    return now().fromtimestamp(at, now().tzinfo).isoformat()
