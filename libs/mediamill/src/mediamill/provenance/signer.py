"""Opens this process's signer, if it has one; the C2PA library is loaded only then, or when it first signs."""

from __future__ import annotations

import importlib
import importlib.util
import threading
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
        self._opening = threading.Lock()
        self._opened: Signer | None = None

    def sign(self, source: Path, target: Path, claim: Claim) -> None:
        """Write ``source`` with a claim about it to ``target``. Raises ``CannotSign`` or ``BadIdentity``."""
        with self._opening:
            signer = self._opened = self._opened or open_signer(self._config)
        if signer is not None:
            signer.sign(source, target, claim)


def open_late(config: Settings) -> Signer | None:
    """Give the signer that is configured, its certificates read but not tried, or ``None``. Raises ``BadIdentity``."""
    identity = identity_of(config)
    if identity is not None and importlib.util.find_spec("c2pa") is None:
        raise BadIdentity("The extra 'credentials' is not installed here: c2pa is missing.")
    return None if identity is None else LateSigner(identity, config)


def open_signer(config: Settings) -> Signer | None:
    """Give the signer that is configured, tried once, or ``None``. Raises ``BadIdentity``."""
    identity = identity_of(config)
    if identity is None:
        return None
    try:
        signing = importlib.import_module("mediamill.provenance.signing")
    except ModuleNotFoundError as missing:
        raise BadIdentity(f"The extra 'credentials' is not installed here: {missing.name} is missing.") from None
    signer: Signer = signing.C2paSigner(identity, roots_of(config))
    return signer
