"""The C2PA library, set up once and for all: it reads what it is given, shows no pictures and asks no network."""

from __future__ import annotations

from functools import lru_cache

import c2pa

_MOST_MANIFEST_MB = 16
_USES = {
    "email protection": "1.3.6.1.5.5.7.3.4",
    "document signing": "1.3.6.1.5.5.7.3.36",
    "C2PA claim signing": "1.3.6.1.4.1.62558.2.1",
}
"""What a certificate must be made for to sign claims, one of these."""


@lru_cache(maxsize=8)
def context(roots: str = "") -> c2pa.Context:
    """Give the library as everything here uses it; ``roots`` are the certificates to trust, as PEM."""
    settings: dict[str, dict[str, object]] = {
        "core": {"max_decompressed_manifest_size_in_mb": _MOST_MANIFEST_MB, "allowed_network_hosts": []},
        "builder": {"thumbnail": {"enabled": False}},
        "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    if roots:
        settings["trust"] = {"user_anchors": roots, "trust_config": "\n".join(_USES.values())}
    return c2pa.Context(c2pa.Settings.from_dict(settings))
