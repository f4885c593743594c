"""Who signs, and whom we trust: certificates and keys as the settings give them, judged before they are used."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mediamill.clock import now
from mediamill.errors import MediamillError
from mediamill.settings import Settings

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_PEM = "-----BEGIN"


class BadIdentity(MediamillError):
    """Content credentials cannot be signed with what is configured."""

    code = "bad-identity"


class Identity(NamedTuple):
    """A signer: its certificate and those above it, its key, and by which algorithm that signs."""

    certificates: str
    key: str
    algorithm: str
    fingerprint: str
    """The SHA-256 of its own certificate."""
    top: str
    """The last certificate of the chain, as PEM; who trusts ours trusts what this one vouches for."""

    @property
    def ends_at(self) -> datetime:
        """When the signer's own certificate ends."""
        return x509.load_pem_x509_certificate(self.certificates.encode()).not_valid_after_utc

    def __repr__(self) -> str:
        """Show who it is, and nothing of its key."""
        return f"Identity({self.fingerprint[:16]}, {self.algorithm})"


def identity_of(config: Settings) -> Identity | None:
    """Give who signs here, or ``None`` where nobody does. Raises ``BadIdentity`` telling which setting is wrong."""
    certificates = pem("MEDIAMILL_SIGNING_CERTIFICATES", config.signing_certificates)
    key = pem("MEDIAMILL_SIGNING_KEY", config.signing_key.get_secret_value())
    if not certificates and not key:
        return None
    if not certificates or not key:
        missing = "MEDIAMILL_SIGNING_KEY" if certificates else "MEDIAMILL_SIGNING_CERTIFICATES"
        raise BadIdentity(f"{missing} is empty and its counterpart is not.")
    chain = _chain(certificates)
    return Identity(certificates, key, _algorithm(key, chain[0]), _fingerprint(chain[0]), _written(chain[-1]))


def roots_of(config: Settings) -> str:
    """Give the certificates that are trusted, as PEM: the configured roots, and whoever vouches for our own signer.

    Raises ``BadIdentity``.
    """
    roots = pem("MEDIAMILL_TRUSTED_ROOTS", config.trusted_roots)
    own = pem("MEDIAMILL_SIGNING_CERTIFICATES", config.signing_certificates)
    tops = [_written(_chain(own)[-1])] if own else []
    return "\n".join([*filter(None, [roots.strip()]), *tops])


def pem(name: str, value: str) -> str:
    """Give a setting that is PEM, or the path of a file with it. Raises ``BadIdentity`` for what is neither."""
    if not value or value.lstrip().startswith(_PEM):
        return value
    try:
        text = Path(value).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise BadIdentity(f"{name} is neither PEM nor the path of a PEM file: {type(error).__name__}.") from None
    if _PEM not in text:
        raise BadIdentity(f"{name} names a file that holds no PEM.")
    return text


def _chain(certificates: str) -> list[x509.Certificate]:
    try:
        chain = x509.load_pem_x509_certificates(certificates.encode())
    except ValueError as error:
        raise BadIdentity(f"MEDIAMILL_SIGNING_CERTIFICATES cannot be read: {error}.") from None
    if len(chain) == 1:
        raise BadIdentity(
            "MEDIAMILL_SIGNING_CERTIFICATES holds one certificate; C2PA wants the signer's, then the one above it."
        )
    ends_at = chain[0].not_valid_after_utc
    if ends_at <= now():
        raise BadIdentity(f"The signer's certificate ended on {ends_at:%Y-%m-%d}.")
    return chain


def _algorithm(key: str, certificate: x509.Certificate) -> str:
    try:
        private = serialization.load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadIdentity(f"MEDIAMILL_SIGNING_KEY cannot be read: {type(error).__name__}.") from None
    public = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*public) != certificate.public_key().public_bytes(*public):
        raise BadIdentity("MEDIAMILL_SIGNING_KEY is not the key of the first of MEDIAMILL_SIGNING_CERTIFICATES.")
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    raise BadIdentity("MEDIAMILL_SIGNING_KEY is none that C2PA signs with: EC (P-256, P-384, P-521), Ed25519 or RSA.")


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _written(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
