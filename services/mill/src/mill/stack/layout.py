"""Where things lie in a data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT = ".mediamill"
KEPT_LOGS = 3
PARTS = (
    "postgres",
    "valkey",
    "migrate",
    "signer",
    "bootstrap",
    "chain",
    "chain-prepare",
    "conductor",
    "worker",
    "gateway",
)


@dataclass(frozen=True)
class Layout:
    """The files and folders of one stack; ``data`` is absolute and free of links."""

    data: Path

    @classmethod
    def of(cls, data: Path | None) -> Layout:
        """Give the layout of a folder; without one, of ``MEDIAMILL_DATA`` or ``.mediamill`` here."""
        return cls((data or Path(os.environ.get("MEDIAMILL_DATA") or DEFAULT)).resolve())

    @property
    def state(self) -> Path:
        """What runs."""
        return self.data / "stack.json"

    @property
    def lock(self) -> Path:
        """Locked by the one supervisor."""
        return self.data / "lock"

    @property
    def ports(self) -> Path:
        """The ports of the last run, so that URLs stay the same where they can."""
        return self.data / "ports.json"

    @property
    def secrets(self) -> Path:
        """Keys and the signing secret."""
        return self.data / "secrets"

    @property
    def signer(self) -> Path:
        """Who signs content credentials, unless the user gave somebody."""
        return self.secrets / "signer"

    @property
    def trusted_root(self) -> Path:
        """The root certificate of that signer, for whoever checks what it signed."""
        return self.signer / "root.pem"

    @property
    def postgres(self) -> Path:
        """The database's folder."""
        return self.data / "postgres"

    @property
    def valkey(self) -> Path:
        """The broker's folder."""
        return self.data / "valkey"

    @property
    def run(self) -> Path:
        """What the workers tell their health check."""
        return self.data / "run"

    @property
    def cache(self) -> Path:
        """What workers keep to be faster the next time; it may be deleted."""
        return self.data / "cache"

    @property
    def assets(self) -> Path:
        """The bytes of assets."""
        return self.data / "assets"

    @property
    def logs(self) -> Path:
        """One log for each part."""
        return self.data / "logs"

    def log(self, part: str) -> Path:
        """Give the log of a part."""
        return self.logs / f"{part}.log"

    def make(self) -> None:
        """Make the folders; all but the database's, which its own user must reach, are ours alone."""
        self.data.mkdir(parents=True, exist_ok=True)
        for folder in (self.secrets, self.valkey, self.assets, self.logs):
            folder.mkdir(mode=0o700, exist_ok=True)

    def rotate_logs(self) -> None:
        """Begin new logs and keep a few old ones."""
        for part in PARTS:
            for age in range(KEPT_LOGS, 0, -1):
                older = self.logs / f"{part}.log.{age}"
                newer = self.log(part) if age == 1 else self.logs / f"{part}.log.{age - 1}"
                if newer.exists():
                    newer.replace(older)
