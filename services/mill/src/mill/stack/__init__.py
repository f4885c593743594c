"""The one-machine stack: Postgres, Valkey and Mediamill's own processes under one supervisor."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mill.stack.postgres import RunningPostgres, start_postgres
    from mill.stack.valkey import RunningValkey, start_valkey

__all__ = ["RunningPostgres", "RunningValkey", "start_postgres", "start_valkey"]

_HOMES = {
    "RunningPostgres": "mill.stack.postgres",
    "start_postgres": "mill.stack.postgres",
    "RunningValkey": "mill.stack.valkey",
    "start_valkey": "mill.stack.valkey",
}


def __getattr__(name: str) -> Any:
    """Load the launchers when they are asked for: a command that only reads the state does not pay for them."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(_HOMES[name]), name)
