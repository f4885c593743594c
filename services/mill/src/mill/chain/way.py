"""The way to the chain that an environment names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from mediamill.db.session import Database
from mediamill.errors import MediamillError
from mediamill.settings import Settings
from mediamill_vendors.evm.vendor import Evm
from mill.errors import MillError, WrongUse
from mill.stack.environment import RPC_URL


class ChainFailed(MillError):
    """The chain does not do what it was asked for."""

    title = "The chain does not do that"


@contextmanager
def way_of(env: Mapping[str, str]) -> Iterator[Evm]:
    """Give the way to a chain. Raises ``WrongUse`` where none is named, ``ChainFailed`` for what it refuses."""
    if not env.get(RPC_URL):
        raise WrongUse(f"There is no chain: set {RPC_URL}, or install the blockchain queue and start the stack anew.")
    prefix = str(Settings.model_config["env_prefix"])
    names = {field: f"{prefix}{field.upper()}" for field in Settings.model_fields if _is_of_chain(field)}
    config = Settings.model_validate({field: env[name] for field, name in names.items() if name in env})
    db = Database(config)
    try:
        yield Evm(config, db)
    except MediamillError as error:
        raise ChainFailed(str(error)) from error
    finally:
        db.engine.dispose()


def _is_of_chain(field: str) -> bool:
    """Tell which settings are handed on; what is not plain text is read from this process's own environment."""
    return field == "database_url" or (field.startswith("evm_") and field != "evm_daily_caps")
