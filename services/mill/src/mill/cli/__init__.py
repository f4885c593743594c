"""The ``mill`` command."""

from mill.cli.app import main

__all__ = ["main"]
