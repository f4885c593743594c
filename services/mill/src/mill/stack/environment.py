"""What the stack's processes are told, and nothing else of ours."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from mill.stack.layout import Layout
from mill.stack.ports import LOOPBACK
from mill.stack.secretfile import kept_secret
from mill.stack.state import read_ports

MARK = "MEDIAMILL_STACK"
"""Names the data folder in the environment of every process of its stack, so that none is ever lost."""

RPC_URL = "MEDIAMILL_EVM_RPC_URL"
KEY_PREFIX = "mm_"
_USERS = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "XDG_CACHE_HOME")
_PYTHONS = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE")
_NETWORKS = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_VENDORS = ("REPLICATE_API_TOKEN", "OPENAI_API_KEY", "FAL_KEY")
_KEPT = frozenset([*_USERS, *_PYTHONS, *_NETWORKS, *(name.lower() for name in _NETWORKS), *_VENDORS])
_KEPT_PREFIXES = ("MEDIAMILL_", "LC_", "OTEL_", "OMP_")
_STORE_PREFIXES = ("AWS_", "GOOGLE_", "AZURE_")
_SIGNER = ("MEDIAMILL_SIGNING_CERTIFICATES", "MEDIAMILL_SIGNING_KEY")
_DROPPED = frozenset(["MEDIAMILL_KEY", "MEDIAMILL_URL", "MEDIAMILL_DATA", MARK])


class Keys:
    """The secrets of a data folder, drawn once."""

    def __init__(self, layout: Layout) -> None:
        self.key = kept_secret(layout.secrets / "key", KEY_PREFIX)
        self.operator_key = kept_secret(layout.secrets / "operator_key", KEY_PREFIX)
        self.secret = kept_secret(layout.secrets / "secret")


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Give what a process of the stack may have of our environment."""
    prefixes = _KEPT_PREFIXES + (_STORE_PREFIXES if "MEDIAMILL_STORE_URL" in environ else ())
    return {
        name: value
        for name, value in environ.items()
        if (name in _KEPT or name.startswith(prefixes)) and name not in _DROPPED and "BOOTSTRAP" not in name
    }


def stack_environment(layout: Layout, keys: Keys, database_url: str, broker_url: str, url: str) -> dict[str, str]:
    """Give the environment of the stack's own programs; what the user set of it stands."""
    ours = {
        "MEDIAMILL_DATABASE_URL": database_url,
        "MEDIAMILL_BROKER_URL": broker_url,
        "MEDIAMILL_STORE_URL": layout.assets.as_uri(),
        "MEDIAMILL_WORK_CACHE": str(layout.cache),
        "MEDIAMILL_PUBLIC_URL": url,
        "MEDIAMILL_SECRET": keys.secret,
        "MEDIAMILL_RUN_DIR": str(layout.run),
        **_signing(layout, os.environ),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # or glibc keeps what each of many threads once needed
    }
    return {**ours, **_own_chain(layout), **inherited(os.environ), MARK: str(layout.data)}


def metered(env: Mapping[str, str], port: int) -> dict[str, str]:
    """Give the environment of a part that serves metrics on a port of its own, on loopback unless told otherwise."""
    return {"MEDIAMILL_METRICS_HOST": LOOPBACK, **env, "MEDIAMILL_METRICS_PORT": str(port)}


def chain_settings(layout: Layout, port: int) -> dict[str, str]:
    """Give the settings by which the stack mints on its own chain. Its key is drawn once, and worth nothing."""
    seed = kept_secret(layout.secrets / "chain")
    return {
        RPC_URL: f"http://{LOOPBACK}:{port}",
        "MEDIAMILL_EVM_PRIVATE_KEY": hashlib.sha256(seed.encode()).hexdigest(),
        "MEDIAMILL_EVM_CONFIRMATIONS": "1",
        "MEDIAMILL_EVM_BLOCK_S": "0",
    }


def _own_chain(layout: Layout) -> dict[str, str]:
    """Tell where the stack's own chain is, if it had one when it ran last and no other is named."""
    port = read_ports(layout).chain
    return {} if port is None or RPC_URL in os.environ else chain_settings(layout, port)


def brings_signer(environ: Mapping[str, str]) -> bool:
    """Tell whether the user said who signs content credentials, or by an empty setting that nobody does."""
    folder = Path(environ.get("MEDIAMILL_SECRETS_DIR") or os.devnull)
    return any(name in environ or (folder / name.lower()).exists() for name in _SIGNER)


def _signing(layout: Layout, environ: Mapping[str, str]) -> dict[str, str]:
    if brings_signer(environ):
        return {}
    return {
        "MEDIAMILL_SIGNING_CERTIFICATES": str(layout.signer / "certificates.pem"),
        "MEDIAMILL_SIGNING_KEY": str(layout.signer / "key.pem"),
    }
