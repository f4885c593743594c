"""Opens this process's signer, if it has one; the C2PA library is loaded only then."""

from __future__ import annotations

import importlib
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
