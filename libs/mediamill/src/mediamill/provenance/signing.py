"""Signs files with the C2PA library: those of our own making here, those with parts from outside in a child process."""

from __future__ import annotations

import logging
import mmap
import tempfile
import wave
from pathlib import Path

import c2pa

from mediamill.assets.sniff import ZIP
from mediamill.provenance.apart import Broken, sign_apart
from mediamill.provenance.claim import Claim, Ingredient
from mediamill.provenance.formats import format_of
from mediamill.provenance.identity import BadIdentity, Identity
from mediamill.provenance.library import context
from mediamill.provenance.order import Reading, SignOrder
from mediamill.provenance.reading import read
from mediamill.provenance.report import Verdict
from mediamill.provenance.signer import CannotSign
from mediamill.queues.manifest import LOCAL, Making

log = logging.getLogger(__name__)

MOST_ADDED_BYTES = 64 << 10
"""So much may credentials add to any file; to a larger one, as much as itself."""
_MARK = b"c2pa"
"""What every file with credentials holds somewhere."""


class C2paSigner:
    """Puts content credentials into files. Shared by all threads."""

    def __init__(self, identity: Identity, roots: str) -> None:
        self.identity = identity
        self._roots = roots
        self._try()

    def sign(self, source: Path, target: Path, claim: Claim) -> None:
        """Write ``source`` with a claim about it to ``target``. Raises ``CannotSign``.

        An ingredient from outside that cannot be read, or ends its reader, is told of by its hash alone; so are all of
        them where their credentials would outweigh what is signed, as those of a long film would its poster.
        """
        try:
            if any(_is_foreign(ingredient) for ingredient in claim.ingredients):
                self._sign_apart(source, target, claim)
            else:
                self._write(source, target, claim, Reading.OURS)
            if target.stat().st_size - source.stat().st_size > max(source.stat().st_size, MOST_ADDED_BYTES):
                self._write(source, target, claim, Reading.NONE)
        except c2pa.C2paError as error:
            raise CannotSign(f"C2PA says: {str(error)[:300]}.") from error

    def _sign_apart(self, source: Path, target: Path, claim: Claim) -> None:
        try:
            sign_apart(SignOrder.of(source, target, claim, self._roots, Reading.ALL), self.identity)
        except Broken as broken:
            log.warning("credentials of an ingredient are left out: %s", broken.detail)
            self._write(source, target, claim, Reading.OURS)

    def _write(self, source: Path, target: Path, claim: Claim, reading: Reading) -> None:
        write(SignOrder.of(source, target, claim, self._roots, reading), self.identity)

    def _try(self) -> None:
        """Sign a moment of silence and read it back, so that what is wrong is found before anything is made."""
        with tempfile.TemporaryDirectory(prefix="mediamill-") as folder:
            silence, signed = Path(folder) / "silence.wav", Path(folder) / "signed.wav"
            with wave.open(str(silence), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
                file.writeframes(bytes(160))
            try:
                self.sign(silence, signed, Claim("trial", LOCAL, None, Making.DRAWN, "audio/wav"))
            except CannotSign as error:
                raise BadIdentity(error.detail) from error
            found = read(signed, "audio/wav", self._roots)
        if found.verdict is not Verdict.TRUSTED:
            raise BadIdentity(f"What it signs does not hold: {'; '.join(p.explanation for p in found.problems)}.")


def write(order: SignOrder, identity: Identity) -> None:
    """Write a signed file. Raises ``C2paError``."""
    signer = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(identity.algorithm.encode(), identity.certificates.encode(), identity.key.encode(), None)
    )
    definition = {**order.definition, "ingredients": [part.described for part in order.parts if part.path is None]}
    with signer, c2pa.Builder(definition, context(order.roots)) as builder:
        for part in order.parts:
            if part.path is not None:
                with part.path.open("rb") as file:
                    builder.add_ingredient(part.described, part.described["format"], file)
        with order.source.open("rb") as source, order.target.open("w+b") as target:
            builder.sign(signer, order.format, source, target)


def _is_foreign(ingredient: Ingredient) -> bool:
    """Tell whether an ingredient from outside may hold credentials, without understanding any of it."""
    if ingredient.is_ours or format_of(ingredient.media_type) is None:
        return False
    if ingredient.media_type == ZIP:
        return False  # an archive of somebody's: nothing that we make is made of it
    with ingredient.path.open("rb") as file:
        if not file.seek(0, 2):
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(_MARK) >= 0
