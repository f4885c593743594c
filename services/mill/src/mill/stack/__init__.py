"""The one-machine stack: Postgres, Valkey and Mediamill's own processes under one supervisor."""

from mill.stack.postgres import RunningPostgres, start_postgres
from mill.stack.valkey import RunningValkey, start_valkey

__all__ = ["RunningPostgres", "RunningValkey", "start_postgres", "start_valkey"]
