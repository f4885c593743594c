"""``mill doctor``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

import psycopg
import typer
from sqlalchemy.exc import SQLAlchemyError

from mediamill.errors import MediamillError
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Yes, examples
from mill.cli.output import show
from mill.doctor import jobs, machine, running
from mill.doctor.chain import chain
from mill.doctor.clocks import clocks
from mill.doctor.eviction import KEEP, eviction
from mill.doctor.finding import Finding, Fix, Verdict
from mill.doctor.models import models
from mill.doctor.orphans import FORGET, store
from mill.doctor.schema import MANIFESTS, WRITE, manifests, schema
from mill.doctor.signer import signer
from mill.doctor.versions import versions
from mill.errors import ExitCode, MillError, WrongUse
from mill.stack.layout import Layout

app = new_app()

Check = Callable[[Layout], Finding]

CHECKS: tuple[Check, ...] = (
    machine.python,
    machine.postgres,
    machine.valkey,
    machine.ffmpeg,
    machine.fonts,
    machine.disk,
    machine.port,
    running.queues,
    manifests,
    models,
    signer,
    running.supervisor,
    running.leftovers,
    running.database,
    running.migrations,
    schema,
    clocks,
    versions,
    running.log,
    running.books,
    running.broker,
    eviction,
    running.gateway,
    running.workers,
    jobs.conductor,
    jobs.lines,
    jobs.runs,
    jobs.stranded,
    store,
    chain,
)
FIXES: Mapping[str, Fix] = {
    MANIFESTS: WRITE,
    running.LEFTOVERS: running.END,
    running.MIGRATIONS: running.MIGRATE,
    running.LOG: running.MIGRATE,
    jobs.STRANDED: jobs.AFLOAT,
    "store": FORGET,
    "eviction": KEEP,
}
"""By the name of the finding that they are for. None of them ends what works or takes what somebody has."""
_COLORS = {Verdict.OK: typer.colors.GREEN, Verdict.WARN: typer.colors.YELLOW, Verdict.FAIL: typer.colors.RED}


@app.command(
    epilog=examples("mill doctor", "mill doctor --fix", "mill doctor --json | jq '.[] | select(.verdict != \"ok\")'")
)
def doctor(
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Offer to mend what can be mended without harm.")] = False,
    yes: Yes = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Check everything Mediamill needs and how it is, and say what to do.

    With --fix it asks before each thing that it mends, and looks again afterwards. Exit code 0: nothing fails, though
    there may be warnings; 1: something fails, after what was mended; 2: --fix where nobody can answer, without --yes.
    """
    if fix and not yes and not sys.stdin.isatty():
        raise WrongUse("Nobody is there to say what may be fixed; add --yes.")
    layout = Layout.of(data)
    found: list[Finding] = []
    for finding in _looked(layout, fix=fix, yes=yes, quiet=as_json):
        found.append(finding)
        if not as_json:
            _tell(finding)
    show([finding.model_dump(mode="json") for finding in found], lambda: None, as_json=as_json)
    if any(finding.verdict is Verdict.FAIL for finding in found):
        raise typer.Exit(ExitCode.FAILED)


def _looked(layout: Layout, *, fix: bool, yes: bool, quiet: bool) -> Iterator[Finding]:
    for check in CHECKS:
        finding = check(layout)
        if not fix or finding.fix is None or finding.verdict is Verdict.OK:
            yield finding
            continue
        if not quiet:
            _tell(finding)
        if yes or typer.confirm(f"{'':<17} {finding.fix}?"):
            yield _mended(check, finding, layout)
        elif quiet:
            yield finding


def _mended(check: Check, finding: Finding, layout: Layout) -> Finding:
    """Mend a finding and look again."""
    try:
        done = FIXES[finding.name].apply(layout)
    except (MillError, MediamillError, SQLAlchemyError, psycopg.Error, OSError) as error:
        return finding.model_copy(update={"fixed": f"not mended: {str(error).splitlines()[0]}"})
    return check(layout).model_copy(update={"fixed": done})


def _tell(finding: Finding) -> None:
    verdict = typer.style(f"{finding.verdict:<5}", fg=_COLORS[finding.verdict])
    typer.echo(f"{verdict} {finding.name:<11} {finding.detail}{f' ({finding.fixed})' if finding.fixed else ''}")
    if finding.advice:
        typer.echo(f"{'':<17} → {finding.advice}")
    if finding.fix:
        typer.echo(f"{'':<17} → --fix: {finding.fix}")
    sys.stdout.flush()
