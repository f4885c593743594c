"""Can content credentials be signed, and for how long."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from pydantic import SecretStr

from mediamill import clock
from mediamill.provenance.identity import BadIdentity, identity_of
from mediamill.settings import Settings, settings
from mill.doctor.finding import Finding, fail, ok, warn
from mill.stack.environment import brings_signer
from mill.stack.layout import Layout

NAME = "signer"
NOTICE = timedelta(days=60)
"""Time enough to have a certificate renewed."""

_RENEW = (
    "Set MEDIAMILL_SIGNING_CERTIFICATES and MEDIAMILL_SIGNING_KEY to others, or remove secrets/signer to draw anew."
)


def signer(layout: Layout) -> Finding:
    """Does the certificate fit its key, and does it last."""
    if brings_signer(os.environ):
        return judge(settings(), clock.now())
    if not layout.signer.is_dir():
        return ok(NAME, "the first start draws who signs content credentials")
    drawn = {
        "signing_certificates": str(layout.signer / "certificates.pem"),
        "signing_key": SecretStr(str(layout.signer / "key.pem")),
    }
    return judge(settings().model_copy(update=drawn), clock.now())


def judge(config: Settings, today: datetime) -> Finding:
    """Tell what is wrong with who is configured to sign, or when that ends."""
    try:
        identity = identity_of(config)
    except BadIdentity as error:
        return fail(NAME, error.detail, _RENEW)
    if identity is None:
        return warn(NAME, "nobody signs content credentials", "Set MEDIAMILL_SIGNING_CERTIFICATES and _KEY.")
    told = f"signs until {identity.ends_at:%Y-%m-%d}"
    if identity.ends_at - today <= NOTICE:
        return warn(NAME, f"{told}; without a time stamp its credentials end with it", _RENEW)
    return ok(NAME, told)
