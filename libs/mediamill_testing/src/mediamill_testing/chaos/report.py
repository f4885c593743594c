"""What a run tells: JSON for machines, a page for people."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from mediamill_testing.chaos.client import Client
from mediamill_testing.chaos.proof import PROOFS
from mediamill_testing.chaos.recovery import Recoveries, Times, goes_on, recoveries
from mediamill_testing.chaos.storm import Chaos
from mediamill_testing.chaos.watch import Watch

STATES = "SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state"
SHOWN = 20


class Told(NamedTuple):
    """Who knows what happened."""

    chaos: Chaos
    watch: Watch
    client: Client


class Report(NamedTuple):
    """A run, judged."""

    seed: int
    took_s: float
    faults: dict[str, int]
    orders: int
    jobs: dict[str, int]
    steps: int
    sales: int
    billed_usd: str
    marks: int
    boundaries: dict[str, int]
    client: dict[str, int]
    recovery: Recoveries
    goes_on: dict[str, Times]
    found: dict[str, list[str]]
    diary: list[str]

    @property
    def is_clean(self) -> bool:
        """Whether every proof held."""
        return not any(self.found.values())

    def as_json(self) -> str:
        """Write it for machines."""
        facts = self._asdict()
        facts["recovery"] = {name: times._asdict() for name, times in self.recovery._asdict().items()}
        facts["goes_on"] = {name: times._asdict() for name, times in self.goes_on.items()}
        facts.pop("diary")
        return json.dumps({"clean": self.is_clean, **facts}, indent=2)

    def as_page(self) -> str:
        """Write it for people."""
        verdict = "Nothing was lost, nothing was done twice." if self.is_clean else "NOT CLEAN"
        lines = [f"# Chaos, seed {self.seed}", "", f"**{verdict}** {self.orders} orders in {self.took_s:.0f} s.", ""]
        lines += ["| proof | found |", "|---|---|"]
        lines += [f"| {name.replace('_', ' ')} | {len(found) or 'nothing'} |" for name, found in self.found.items()]
        lines += ["", "| recovery of a killed worker's job | jobs | p50 | p99 |", "|---|---|---|---|"]
        lines += [_line("undisturbed by other faults", self.recovery.undisturbed), _line("all", self.recovery.all)]
        lines += ["", "| until jobs end again after | times | p50 | p99 |", "|---|---|---|---|"]
        lines += [_line(name, times) for name, times in self.goes_on.items()]
        lines += [
            "",
            "| killed at | times |",
            "|---|---|",
            *(f"| {name} | {n} |" for name, n in self.boundaries.items()),
        ]
        lines += ["", "| clients | times |", "|---|---|", *(f"| {name} | {n} |" for name, n in self.client.items())]
        lines += [
            "",
            f"{self.steps} steps were finished, {self.sales} predictions bought, {self.marks} marks left.",
        ]
        lines += ["", f"The vendor bills {self.billed_usd} USD."]
        lines += ["", "| fault | times |", "|---|---|", *(f"| {name} | {n} |" for name, n in self.faults.items())]
        lines += ["", "| kind and end | jobs |", "|---|---|", *(f"| {name} | {n} |" for name, n in self.jobs.items())]
        for name, found in self.found.items():
            lines += ["", f"## {name}", "", *(f"- {what}" for what in found[:SHOWN])] if found else []
        return "\n".join([*lines, "", "## Diary", "", *(f"- {entry}" for entry in self.diary), ""])

    def write(self, folder: Path) -> Path:
        """Keep both beside each other and give the page's place."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.seed}.json").write_text(self.as_json() + "\n", "utf-8")
        page = folder / f"{self.seed}.md"
        page.write_text(self.as_page(), "utf-8")
        return page


def judged(seed: int, took_s: float, told: Told, more: dict[str, list[str]]) -> Report:
    """Prove what can be proved and sum up."""
    chaos, watch, client = told
    return Report(
        seed=seed,
        took_s=round(took_s, 1),
        faults=dict(sorted(Counter(done.name for done in chaos.done).items())),
        orders=len(chaos.workload.orders),
        jobs={f"{row['kind']} {row['state']}": row["jobs"] for row in chaos.site.sql(STATES)},
        steps=len(watch.first),
        sales=chaos.site.vendor.sales().total(),
        billed_usd=str(chaos.site.vendor.bill.total()),
        marks=len(chaos.site.vendor.marks),
        boundaries={**chaos.ambushes.hits(), **{f"sale {name}": n for name, n in sorted(chaos.moments.items())}},
        client={
            "posts": client.posted,
            "posts repeated": client.repeated,
            "uploads": client.uploaded,
            "store full": client.full,
            "streams cut": client.reconnects,
            "events seen": len(client.seen),
        },
        recovery=recoveries(chaos),
        goes_on=goes_on(chaos),
        found={**{proof.__name__: list(proof(chaos, watch)) for proof in PROOFS}, **more},
        diary=[f"{done.at.time():%H:%M:%S.%f} {done.name}: {done.what}" for done in chaos.done],
    )


def _line(name: str, times: Times) -> str:
    return f"| {name} | {times.number} | {times.p50_s} s | {times.p99_s} s |"
