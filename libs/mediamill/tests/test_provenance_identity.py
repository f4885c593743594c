"""Who signs: what is configured wrongly is told before anything is made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from PIL import Image
from pydantic import SecretStr

from mediamill.handlers import worker
from mediamill.provenance import development
from mediamill.provenance.claim import Claim
from mediamill.provenance.development import Drawn, draw
from mediamill.provenance.identity import BadIdentity, identity_of, roots_of
from mediamill.provenance.signer import open_late, open_signer
from mediamill.queues.manifest import Making
from mediamill.queues.registry import discover
from mediamill.settings import Settings
from mediamill_testing.plugin import signing_by

PEM = serialization.Encoding.PEM


def config(certificates: str, key: str) -> Settings:
    return Settings(signing_certificates=certificates, signing_key=SecretStr(key))


def self_signed(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey, *, ends: int = 2099) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody")])
    certificate = (
        x509.CertificateBuilder()
        .issuer_name(name)
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(ends, 1, 1, tzinfo=UTC))
        .sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )
    return certificate.public_bytes(PEM).decode()


def written(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def test_a_drawn_signer_signs_and_its_roots_are_trusted(drawn: Drawn) -> None:
    signer = open_signer(Settings(**signing_by(drawn)))

    assert signer is not None
    assert signer.identity.algorithm == "es256"
    assert roots_of(Settings(**signing_by(drawn))).strip() == drawn.root.strip()


def test_without_a_signer_nothing_is_signed() -> None:
    assert open_signer(Settings()) is None


def test_certificates_and_keys_may_be_files(drawn: Drawn, tmp_path: Path) -> None:
    folder = tmp_path / "signer"
    development.keep(folder, "kept")

    found = identity_of(config(str(folder / "certificates.pem"), str(folder / "key.pem")))

    assert found is not None
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_a_kept_signer_stays(tmp_path: Path) -> None:
    development.keep(tmp_path / "signer", "kept")
    first = (tmp_path / "signer" / "key.pem").read_text()

    development.keep(tmp_path / "signer", "kept")

    assert (tmp_path / "signer" / "key.pem").read_text() == first
    assert [path.name for path in tmp_path.iterdir()] == ["signer"]


@pytest.mark.parametrize(
    ("certificates", "key", "said"),
    [
        ("certificates", "", "MEDIAMILL_SIGNING_KEY is empty"),
        ("", "key", "MEDIAMILL_SIGNING_CERTIFICATES is empty"),
        ("/nowhere.pem", "key", "MEDIAMILL_SIGNING_CERTIFICATES is neither PEM nor the path"),
        ("-----BEGIN nonsense", "key", "MEDIAMILL_SIGNING_CERTIFICATES cannot be read"),
        ("certificates", "-----BEGIN nonsense", "MEDIAMILL_SIGNING_KEY cannot be read"),
        ("certificates", "another key", "is not the key of the first"),
        ("root", "key", "holds one certificate"),
    ],
)
def test_what_is_wrong_is_told_by_its_setting(drawn: Drawn, certificates: str, key: str, said: str) -> None:
    known = {"another key": draw("another").key}

    with pytest.raises(BadIdentity, match=said):
        identity_of(config(getattr(drawn, certificates, certificates), known.get(key) or str(getattr(drawn, key, key))))


def test_an_ended_certificate_is_refused_with_its_day(drawn: Drawn) -> None:
    key = ed25519.Ed25519PrivateKey.generate()

    with pytest.raises(BadIdentity, match="ended on 2024-01-01"):
        identity_of(config(self_signed(key, ends=2024) + drawn.root, written(key)))


def test_a_certificate_that_may_not_sign_claims_is_refused_when_it_is_opened(drawn: Drawn) -> None:
    key = rsa.generate_private_key(65537, 2048)

    with pytest.raises(BadIdentity, match="certificate is invalid"):
        open_signer(config(self_signed(key) + drawn.root, written(key)))


def test_no_word_of_a_refusal_shows_the_key(drawn: Drawn) -> None:
    with pytest.raises(BadIdentity) as caught:
        open_signer(config(drawn.root, drawn.key))

    shown = f"{caught.value} {identity_of(Settings(**signing_by(drawn)))!r} {drawn!r}"
    assert drawn.key.splitlines()[1] not in shown


def test_a_worker_of_kinds_that_make_nothing_needs_no_signer(drawn: Drawn) -> None:
    queues = discover().queues

    assert worker.signer_for([queues["text"], queues["flow"]], config("/nowhere.pem", "")) is None
    assert worker.signer_for([queues["image"]], Settings(**signing_by(drawn))) is not None


def test_a_late_signer_is_opened_by_its_first_signature(drawn: Drawn, tmp_path: Path) -> None:
    signer, source, target = open_late(Settings(**signing_by(drawn))), tmp_path / "a.png", tmp_path / "b.png"
    Image.new("RGB", (8, 8)).save(source)

    assert signer is not None
    signer.sign(source, target, Claim("image.generate", "local", None, Making.DRAWN, "image/png"))

    assert target.stat().st_size > source.stat().st_size
