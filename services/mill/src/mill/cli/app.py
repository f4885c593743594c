"""``mill``: every verb, where it lives, and how a failure is told."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

from mill.cli.failures import tell
from mill.cli.lazy import LazyGroup, Place
from mill.errors import MillError

_STACK, _WORK, _LOOK = "The stack", "Work", "Look"


class MillGroup(LazyGroup):
    """The commands of ``mill``."""

    places = {
        "up": Place("mill.cli.up", "Start the one-machine stack, or find it running.", _STACK),
        "down": Place("mill.cli.down", "Stop it, all of it.", _STACK),
        "status": Place("mill.cli.status", "Show its processes and its queues.", _STACK),
        "doctor": Place("mill.cli.doctor", "Check everything it needs and say what to do.", _STACK),
        "worker": Place("mill.cli.worker", "Run one more worker here.", _STACK),
        "migrate": Place("mill.cli.migrate", "Bring the database to this version.", _STACK),
        "backup": Place("mill.cli.backup", "Save the database and all bytes, beside the work.", _STACK),
        "restore": Place("mill.cli.restore", "Bring a backup back, checked; jobs go on.", _STACK),
        "config": Place("mill.cli.config", "Print every setting with its why.", _STACK),
        "demo": Place("mill.cli.demo", "Make a film from a brief.", _WORK),
        "gallery": Place("mill.cli.gallery", "Make films of a folder of briefs, and a page of them.", _WORK),
        "jobs": Place("mill.cli.jobs", "Submit, list, show, watch, trace, cancel and retry jobs.", _WORK),
        "assets": Place("mill.cli.assets", "Put files in and get them out.", _WORK),
        "tenants": Place("mill.cli.tenants", "Create, list and change tenants.", _WORK),
        "users": Place("mill.cli.users", "Add people to a tenant, with roles and keys of their own.", _WORK),
        "plans": Place("mill.cli.plans", "Say what tenants may use.", _WORK),
        "keys": Place("mill.cli.keys", "Create, list, rotate and revoke API keys.", _WORK),
        "kinds": Place("mill.cli.kinds", "List what can be asked for, and with which fields.", _LOOK),
        "queues": Place("mill.cli.queues", "Show what is in line and who works.", _LOOK),
        "providers": Place("mill.cli.providers", "Show who serves and how they are; switch one off.", _LOOK),
        "chains": Place("mill.cli.chains", "Show and set in which order providers serve a kind.", _LOOK),
        "chain": Place("mill.cli.chain", "Start, show and deploy on the chain that tokens are minted on.", _STACK),
        "usage": Place("mill.cli.usage", "Show what was used by day, and what it cost.", _LOOK),
        "manifests": Place("mill.cli.manifests", "Write what follows from the queues' manifests.", _LOOK),
    }


app = typer.Typer(
    cls=MillGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use, 3 nothing runs, 4 port taken, 5 the job failed, "
    "6 to 8 see mill assets verify --help, 9 mill migrate --help, 10 mill restore --help.",
)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - Typer calls it with the flag's value
    if asked:
        metadata = import_module("importlib.metadata")  # slow to load, and hardly ever asked for
        typer.echo(f"mill {metadata.version('mediamill-mill')}")
        raise typer.Exit


@app.callback()
def mill(
    *,
    _: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Mediamill on one machine: run it, give it work, look at it.

    Start with 'mill demo', which makes a film, or with 'mill up --detach'.
    """


def main() -> None:
    """Run the command line; tell a failure in words and by the exit code."""
    try:
        app()
    except MillError as error:
        tell(error, as_json="--json" in sys.argv)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # whoever read us has gone, as `head` does
        sys.stderr.close()
        sys.exit(1)
