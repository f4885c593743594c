"""``mill doctor``."""

from __future__ import annotations

import sys

import typer

from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import show
from mill.doctor import machine, running
from mill.doctor.chain import chain
from mill.doctor.finding import Finding, Verdict
from mill.doctor.models import models
from mill.doctor.signer import signer
from mill.errors import ExitCode
from mill.stack.layout import Layout

app = new_app()

CHECKS = (
    machine.python,
    machine.postgres,
    machine.valkey,
    machine.ffmpeg,
    machine.fonts,
    machine.disk,
    machine.port,
    running.queues,
    models,
    signer,
    running.supervisor,
    running.leftovers,
    running.database,
    running.migrations,
    running.log,
    running.books,
    running.broker,
    running.gateway,
    running.workers,
    chain,
)
_COLORS = {Verdict.OK: typer.colors.GREEN, Verdict.WARN: typer.colors.YELLOW, Verdict.FAIL: typer.colors.RED}


@app.command(epilog=examples("mill doctor", "mill doctor --json | jq '.[] | select(.verdict != \"ok\")'"))
def doctor(*, data: Data = None, as_json: AsJson = False) -> None:
    """Check everything the stack needs and how it is, and say what to do. Exit code 1 when something does not work."""
    layout = Layout.of(data)
    found: list[Finding] = []
    for check in CHECKS:
        finding = check(layout)
        found.append(finding)
        if not as_json:
            _tell(finding)
    show([finding.model_dump(mode="json") for finding in found], lambda: None, as_json=as_json)
    if any(finding.verdict is Verdict.FAIL for finding in found):
        raise typer.Exit(ExitCode.FAILED)


def _tell(finding: Finding) -> None:
    verdict = typer.style(f"{finding.verdict:<5}", fg=_COLORS[finding.verdict])
    typer.echo(f"{verdict} {finding.name:<11} {finding.detail}")
    if finding.advice:
        typer.echo(f"{'':<17} → {finding.advice}")
    sys.stdout.flush()
