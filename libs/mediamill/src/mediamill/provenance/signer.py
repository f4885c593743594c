"""Opens this process's signer, if it has one; the C2PA library is loaded only then, or when it first signs."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cached_property
from pathlib import Path
from typing import Protocol

from mediamill.errors import ErrorClass, MediamillError
from mediamill.provenance.claim import Claim
from mediamill.provenance.identity import BadIdentity, Identity, identity_of, roots_of
from mediamill.settings import Settings


class CannotSign(MediamillError):
    """The content credentials of an asset could not be signed, so it was not kept."""

    code, error_class = "cannot-sign", ErrorClass.TRANSIENT


class Signer(Protocol):
    """Puts content credentials into files. Shared by all threads."""

    identity: Identity

    def sign(self, source: Path, target: Path, claim: Claim) -> None:
        """Write ``source`` with a claim about it to ``target``. Raises ``CannotSign``."""


class LateSigner:
    """A signer that is opened when it is first needed: the library takes some 25 MB of every worker that holds it."""

    def __init__(self, identity: Identity, config: Settings) -> None:
        self.identity = identity
        self._config = config

    @cached_property
    def _opened(self) -> Signer:
        return _opened(self.identity, self._config)

    def sign(self, source: Path, target: Path, claim: Claim) -> None:
        """Write ``source`` with a claim about it to ``target``. Raises ``CannotSign`` or ``BadIdentity``."""
        self._opened.sign(source, target, claim)


def open_late(config: Settings) -> Signer | None:
    """Give the signer that is configured, its certificates read but not tried, or ``None``. Raises ``BadIdentity``."""
    identity = identity_of(config)
    if identity is not None and importlib.util.find_spec("c2pa") is None:
        raise _missing("c2pa")
    return None if identity is None else LateSigner(identity, config)


def open_signer(config: Settings) -> Signer | None:
    """Give the signer that is configured, tried once, or ``None``. Raises ``BadIdentity``."""
    identity = identity_of(config)
    return None if identity is None else _opened(identity, config)


def _opened(identity: Identity, config: Settings) -> Signer:
    try:
        signing = importlib.import_module("mediamill.provenance.signing")
    except ModuleNotFoundError as error:
        raise _missing(error.name) from None
    signer: Signer = signing.C2paSigner(identity, roots_of(config))
    return signer


def _missing(module: str | None) -> BadIdentity:
    return BadIdentity(f"The extra 'credentials' is not installed here: {module} is missing.")
