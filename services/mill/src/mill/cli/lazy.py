"""A group of commands that are loaded when they are called, so that ``mill --help`` is quick."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


def new_app(summary: str | None = None, *, no_args_is_help: bool = False) -> typer.Typer:
    """Make a Typer app with plain help: the decorated one loads a Markdown parser and takes as long as all the rest."""
    return typer.Typer(
        help=summary,
        no_args_is_help=no_args_is_help,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
    )


class Place(NamedTuple):
    """Where a command's Typer app lives, and the line that the list of commands shows for it."""

    module: str
    help: str
    panel: str


class _Unloaded(TyperCommand):
    """Stands in the list of commands for one that was not needed yet."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__(name=name, help=place.help)
        self.place = place


class LazyGroup(TyperGroup):
    """Loads a command when it is resolved."""

    places: dict[str, Place]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = {name: _Unloaded(name, place) for name, place in self.places.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Find a command and put the real one in the place of its stand-in."""
        name, command, rest = super().resolve_command(ctx, args)
        if isinstance(command, _Unloaded):
            app: typer.Typer = import_module(command.place.module).app
            loaded = get_command(app)
            loaded.name = name
            self.commands[command.name or ""] = loaded
            return name, loaded, rest
        return name, command, rest

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands under the headings of their places."""
        for panel in dict.fromkeys(place.panel for place in self.places.values()):
            with formatter.section(panel):
                formatter.write_dl([(name, place.help) for name, place in self.places.items() if place.panel == panel])
