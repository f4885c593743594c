"""What the stack's processes are told, and nothing else of ours."""

from __future__ import annotations

import os
from collections.abc import Mapping

from mill.stack.layout import Layout
from mill.stack.secretfile import kept_secret

MARK = "MEDIAMILL_STACK"
"""Names the data folder in the environment of every process of its stack, so that none is ever lost."""

KEY_PREFIX = "mm_"
_USERS = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "XDG_CACHE_HOME")
_PYTHONS = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE")
_NETWORKS = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_VENDORS = ("REPLICATE_API_TOKEN", "OPENAI_API_KEY", "FAL_KEY")
_KEPT = frozenset([*_USERS, *_PYTHONS, *_NETWORKS, *(name.lower() for name in _NETWORKS), *_VENDORS])
_KEPT_PREFIXES = ("MEDIAMILL_", "LC_", "OTEL_", "OMP_")
_STORE_PREFIXES = ("AWS_", "GOOGLE_", "AZURE_")
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
        "MEDIAMILL_PUBLIC_URL": url,
        "MEDIAMILL_SECRET": keys.secret,
        "MEDIAMILL_RUN_DIR": str(layout.run),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # or glibc keeps what each of many threads once needed
    }
    return {**ours, **inherited(os.environ), MARK: str(layout.data)}
