"""``mill jobs trace``."""

from __future__ import annotations

import shutil
from importlib import import_module
from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer

from mill.cli.options import AsJson, Data, examples
from mill.cli.output import show
from mill.errors import MillError, WrongUse
from mill.stack.errors import NotRunning
from mill.stack.layout import Layout
from mill.stack.urls import urls

EXAMPLES = examples("mill jobs trace 0190…", "mill jobs trace 0190… --json | jq '.job.stretches'")
_WIDEST = 160


def trace(
    job_id: Annotated[str, typer.Argument(metavar="ID", help="The job.")], *, data: Data = None, as_json: AsJson = False
) -> None:
    """Tell the story of a job from the database alone: its line, runs, waits, steps, costs, webhooks and children.

    It needs MEDIAMILL_DATABASE_URL or a stack that runs here, and shows jobs of every tenant. Exit code 1: there is no
    such job, or the database does not answer; 2: what was given is no id; 3: there is no database.
    """
    try:
        known = UUID(job_id)
    except ValueError as error:
        raise WrongUse(f"{job_id!r} is no job's id.") from error
    url = urls(Layout.of(data)).database
    if not url:
        raise NotRunning("Start the stack with 'mill up', or set MEDIAMILL_DATABASE_URL.")
    read: Any = import_module("mill.story.read")  # so that other verbs of `mill jobs` need not wait for it
    words: Any = import_module("mill.story.words")
    try:
        story = read.read_story(url, known)
    except psycopg.Error as error:
        raise MillError(str(error).strip()) from error
    width = min(shutil.get_terminal_size((100, 24)).columns, _WIDEST)
    show(story, lambda: typer.echo("\n".join(words.words(story, width))), as_json=as_json)
