"""How a backup lies in its folder: snapshots side by side, and the bytes of all of them, each once.

A snapshot is whole when its ``snapshot.json`` is there, which is written last. Blobs are named by their hash, as in a
store, so what an earlier run has copied, whole or not, is not copied again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from mediamill.assets.names import is_name, key_of
from mill.errors import ExitCode, MillError


class Damaged(MillError):
    """What is in the backup is not what was put there, or is missing; nothing was restored."""

    exit_code = ExitCode.DAMAGED
    title = "The backup is damaged"


class NoSnapshot(MillError):
    """There is no such snapshot in the folder."""

    title = "There is no such snapshot"


class Busy(MillError):
    """Somebody else writes into the folder."""

    title = "The folder is in use"


class Snapshot(BaseModel):
    """What a snapshot holds."""

    model_config = ConfigDict(frozen=True)

    name: str
    made_at: datetime
    revision: str
    """Of the tables; a release that knows it, or any later one, can restore it."""
    dump_sha256: str
    dump_bytes: int
    assets: int
    asset_bytes: int


class Blob(NamedTuple):
    """Bytes that a snapshot names."""

    sha256: str
    bytes: int


class BackupFolder:
    """A folder that holds backups of one Mediamill."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def dump(self, name: str) -> Path:
        """Give where a snapshot's database lies."""
        return self._of(name) / "database.dump"

    def secrets(self, name: str) -> Path:
        """Give where the secrets of a one-machine stack lie."""
        return self._of(name) / "secrets"

    def blob(self, sha256: str) -> Path:
        """Give where the bytes of a hash lie, if they do."""
        return self.root / "assets" / key_of(sha256)

    def has(self, blob: Blob) -> bool:
        """Tell whether these bytes are here; they were hashed when they came."""
        place = self.blob(blob.sha256)
        return place.is_file() and place.stat().st_size == blob.bytes

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other backups from this folder for the length of the block. Raises ``Busy``."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(f"Another backup into {self.root} is under way.") from error
            yield

    def begin(self, name: str) -> None:
        """Make room for a snapshot; what runs that were killed left behind is taken away."""
        snapshots = self.root / "snapshots"
        snapshots.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in snapshots.iterdir():
            if not (left / "snapshot.json").exists():
                shutil.rmtree(left)
        self._of(name).mkdir(mode=0o700)

    def name_blobs(self, name: str, blobs: Iterable[Blob]) -> list[Blob]:
        """Write down which bytes a snapshot names, and give them."""
        found = list(blobs)
        (self._of(name) / "assets.txt").write_text("".join(f"{blob.sha256} {blob.bytes}\n" for blob in found))
        return found

    def keep(self, blob: Blob, pieces: Iterator[bytes]) -> bool:
        """Keep a blob; tell if it was what its name says, else nothing is kept."""
        place = self.blob(blob.sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh, digest = place.with_name(f".{blob.sha256}.{os.getpid()}"), hashlib.sha256()
        try:
            with fresh.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
                    digest.update(piece)
                file.flush()
                os.fsync(file.fileno())
            if digest.hexdigest() != blob.sha256:
                return False
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)
        return True

    def finish(self, snapshot: Snapshot) -> None:
        """Say that a snapshot is whole."""
        fresh = self._of(snapshot.name) / ".snapshot.json"
        fresh.write_text(snapshot.model_dump_json(indent=2) + "\n")
        fresh.replace(fresh.with_name("snapshot.json"))

    def snapshot(self, name: str | None) -> Snapshot:
        """Give a snapshot, or the newest. Raises ``NoSnapshot`` and ``Damaged``."""
        whole = sorted(self.root.glob("snapshots/*/snapshot.json"))
        found = [path for path in whole if name in {None, path.parent.name}]
        if not found:
            names = ", ".join(path.parent.name for path in whole) or "none"
            raise NoSnapshot(f"{name or 'a whole one'} in {self.root}; there are: {names}.")
        try:
            return Snapshot.model_validate_json(found[-1].read_text())
        except ValidationError as error:
            raise Damaged(f"{found[-1]} cannot be read: {error.error_count()} things are wrong in it.") from error

    def blobs(self, name: str) -> list[Blob]:
        """Give the bytes that a snapshot names. Raises ``Damaged``."""
        lines = (self._of(name) / "assets.txt").read_text().splitlines()
        pairs = [line.split(" ") for line in lines]
        if not all(len(pair) == 2 and is_name(pair[0]) and pair[1].isdecimal() for pair in pairs):
            raise Damaged(f"the list of assets of {name} is not one.")
        return [Blob(sha256, int(size)) for sha256, size in pairs]

    def _of(self, name: str) -> Path:
        return self.root / "snapshots" / name
