"""A signer of one's own, for a stack that nobody gave one: it vouches for itself and for nobody else.

``python -m mediamill.provenance.development FOLDER`` keeps one in a folder.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mediamill.clock import now

CERTIFICATES, KEY, ROOT = "certificates.pem", "key.pem", "root.pem"

_LASTS = timedelta(days=3653)
"""Credentials without a trusted time stamp count no longer than their certificate, so this one lasts ten years."""
_BEFORE = timedelta(hours=1)
"""It counts from a little earlier, for machines whose clock is behind."""
_NO_USE = dict.fromkeys(
    [
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    ],
    False,
)


class Drawn(NamedTuple):
    """What was drawn, as PEM."""

    certificates: str
    """The signer's, then its root's."""
    key: str
    root: str

    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "Drawn(…)"


def draw(name: str) -> Drawn:
    """Draw a root and a signer below it. The root's key is thrown away, so it vouches for this signer alone."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer, subject = _name(f"{name}, development root"), _name(f"{name}, development")
    begins_at = now() - _BEFORE
    root = _builder(issuer, issuer, root_key, begins_at, is_root=True).sign(root_key, hashes.SHA256())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    signer = (
        _builder(issuer, subject, key, begins_at, is_root=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(authority, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Drawn(_pem(signer) + _pem(root), written.decode(), _pem(root))


def keep(folder: Path, name: str) -> None:
    """Keep a signer in a folder that is there whole or not at all; one that is there already stays."""
    if folder.is_dir():
        return
    drawn = draw(name)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for file, text in ((CERTIFICATES, drawn.certificates), (KEY, drawn.key), (ROOT, drawn.root)):
            descriptor = os.open(fresh / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as out:
                out.write(text)
                out.flush()
                os.fsync(descriptor)
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh)
        if not folder.is_dir():  # else another one was faster
            raise


def _builder(
    issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePrivateKey, begins_at: datetime, *, is_root: bool
) -> x509.CertificateBuilder:
    use = {**_NO_USE, "key_cert_sign": is_root, "crl_sign": is_root, "digital_signature": not is_root}
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins_at)
        .not_valid_after(begins_at + _LASTS)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**use), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Mediamill"),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(sys.argv[1]).resolve().parent.parent.name)
