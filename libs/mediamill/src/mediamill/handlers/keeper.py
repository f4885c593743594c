"""Takes what a run makes into the store, with content credentials where its kind says how it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from mediamill.assets import queries
from mediamill.assets.intake import StoredBlob, pieces_of, sha256_of
from mediamill.assets.keep import Kept, find, find_claimed, find_several
from mediamill.assets.store import Store
from mediamill.assets.transfers import transferring
from mediamill.contracts import ORIGINAL, Asset
from mediamill.db.session import Database
from mediamill.errors import NotFound
from mediamill.handlers.run import Run
from mediamill.handlers.scratch import Scratch
from mediamill.ids import uuid7
from mediamill.jobs.draft import references
from mediamill.provenance.claim import Claim, Ingredient
from mediamill.provenance.formats import can_carry
from mediamill.provenance.signer import Signer
from mediamill.queues.manifest import LOCAL


class Taken(NamedTuple):
    """Bytes that are in the store and belong to nobody yet."""

    blob: StoredBlob
    claim: str | None
    """What their content credentials say, by name; ``None`` without any."""


class Keeper:
    """The files of one run: those that it opens, and those that it makes of them.

    What an asset is made of must be the same on every replay, or the same asset would be made twice. So that is what
    the job's input names, what was opened between steps, which every replay does again, and what was opened in the
    step that makes it.
    """

    def __init__(self, run: Run, db: Database, store: Store, scratch: Scratch, signer: Signer | None) -> None:
        self._run = run
        self._db = db
        self._store = store
        self._scratch = scratch
        self._signer = signer
        self._opened: list[Kept] = []
        self._borrowed: dict[str, Path] = {}

    @property
    def workdir(self) -> Path:
        """The run's private folder."""
        return self._scratch.path

    def find(self, asset_id: str) -> Kept:
        """Give an asset's facts. Raises ``NotFound``."""
        return self._db.run(lambda c: find(c, self._run.tenant_id, asset_id))

    def open(self, asset_id: str) -> Path:
        """Give a local, read-only file with an asset's bytes. Raises ``NotFound``."""
        found = self.find(asset_id)
        self._opened.append(found)
        with transferring("opened", found.bytes):
            return self._lent(found.sha256)

    @contextmanager
    def within(self) -> Iterator[None]:
        """Forget after the block, a step, what was opened inside it."""
        before = len(self._opened)
        try:
            yield
        finally:
            del self._opened[before:]

    def take(self, content: bytes | Path, media_type: str, role: str) -> Taken:
        """Take bytes into the store, signed if they are to be; what was signed before is not signed again."""
        with transferring("stored") as transfer:
            taken = self._taken(content, media_type, role)
            transfer.bytes = taken.blob.bytes
        return taken

    def _taken(self, content: bytes | Path, media_type: str, role: str) -> Taken:
        making = self._run.kind.manifest.making
        if self._signer is None or making is None or role == ORIGINAL or not can_carry(media_type):
            return Taken(self._stored(content, media_type), None)
        provider = self._run.provider or LOCAL
        model = self._run.model if provider != LOCAL else None
        claim = Claim(self._run.kind.name, provider, model, making.of(provider), media_type, tuple(self._ingredients()))
        return self._signed(self._signer, self._file(content), claim)

    def kept(self, taken: Taken, asset: Asset) -> None:
        """Drop bytes that were signed in vain: somebody else was first to make the same claim."""
        if taken.claim is not None and asset.sha256 != taken.blob.sha256:
            self._store.remove(taken.blob.sha256)

    def _signed(self, signer: Signer, source: Path, claim: Claim) -> Taken:
        name = claim.named(sha256_of(source), signer.identity.fingerprint)
        before = self._db.run(lambda c: find_claimed(c, self._run.tenant_id, name))
        if before is not None and self._store.has(before.sha256):
            return Taken(StoredBlob(before.sha256, before.bytes), name)
        if before is not None:
            self._db.run(lambda c: c.execute(queries.disclaim(before.id)))
        target = self.workdir / f"signed-{uuid7().hex}"
        signer.sign(source, target, claim)
        return Taken(self._store.adopt(target, claim.media_type), name)

    def _ingredients(self) -> Iterator[Ingredient]:
        inputs = {kept.sha256 for kept in self._inputs}
        unique = {kept.sha256: kept for kept in (*self._inputs, *self._opened)}
        for sha256, kept in unique.items():
            try:
                path = self._lent(sha256)
            except NotFound:
                continue
            yield Ingredient(path, sha256, kept.media_type, kept.claim is not None, sha256 in inputs)

    @cached_property
    def _inputs(self) -> Sequence[Kept]:
        named = [asset for _, asset in references(self._run.kind.read(self._run.input))]
        return self._db.run(lambda c: find_several(c, self._run.tenant_id, named)) if named else []

    def _file(self, content: bytes | Path) -> Path:
        if isinstance(content, Path):
            return content
        path = self.workdir / f"unsigned-{uuid7().hex}"
        path.write_bytes(content)
        return path

    def _lent(self, sha256: str) -> Path:
        """Give a file until the run ends; one that it has already is given again."""
        if sha256 not in self._borrowed:
            self._borrowed[sha256] = self._scratch.borrow(self._store.lend(sha256))
        return self._borrowed[sha256]

    def _stored(self, content: bytes | Path, media_type: str) -> StoredBlob:
        if isinstance(content, bytes):
            return self._store.put([content], media_type)
        if self._scratch.holds(content):
            return self._store.adopt(content, media_type)
        return self._store.put(pieces_of(content), media_type)
