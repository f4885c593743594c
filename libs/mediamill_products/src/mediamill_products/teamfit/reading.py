"""Materials: what a file from outside says, as text, found with little trust in the file."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

from mediamill.errors import UnsupportedMedia
from mediamill_products.teamfit.errors import UnreadableMaterial

MOST_BYTES = 10 * 1024**2
MOST_CHARACTERS = 40_000
"""So much of a material is kept: what a language model or a reader takes in at once."""
FEWEST_LETTERS = 20
PATIENCE_S = 20.0
"""How long a PDF may take, whatever keeps its reader waiting."""

PDF = "application/pdf"
TEXTS = frozenset({"text/plain", "text/markdown", "text/csv"})

_AT_ONCE = asyncio.Semaphore(2)
"""PDFs that one gateway reads at the same time; it has other things to do."""
_MOST_ANSWER = 2 * 1024**2
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])")


class Text(NamedTuple):
    """What a material says."""

    text: str
    is_cut: bool
    pages: int | None

    @property
    def sha256(self) -> str:
        """Name it by what it says."""
        return hashlib.sha256(self.text.encode()).hexdigest()


async def read_file(path: Path, media_type: str) -> Text:
    """Read a file that was uploaded. Raises ``UnsupportedMedia`` or ``UnreadableMaterial``."""
    if media_type == PDF:
        told = await _read_pdf(path)
        return of_text(_HYPHEN.sub("", told["text"]), pages=told["pages"])
    if media_type not in TEXTS:
        raise UnsupportedMedia(f"A material is a PDF or a text, and this is {media_type}.")
    return await asyncio.to_thread(_read_text, path)


def of_text(said: str, *, pages: int | None = None) -> Text:
    """Keep what can be printed, up to the limit. Raises ``UnreadableMaterial`` when that is next to nothing."""
    text = _UNPRINTABLE.sub("", said.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if sum(map(str.isalpha, text)) < FEWEST_LETTERS:
        scanned = " Its pages may be pictures: let a scanner's software find the text first." if pages else ""
        raise UnreadableMaterial(f"It says next to nothing: less than {FEWEST_LETTERS} letters.{scanned}")
    return Text(text[:MOST_CHARACTERS], len(text) > MOST_CHARACTERS, pages)


def _read_text(path: Path) -> Text:
    with path.open("rb") as file:
        content = file.read(4 * MOST_CHARACTERS + 4)
    try:
        return of_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        if error.start >= len(content) - 4 and error.reason == "unexpected end of data":
            return of_text(content[: error.start].decode("utf-8-sig"))
        raise UnreadableMaterial(f"It is no UTF-8 at byte {error.start}.") from error


async def _read_pdf(path: Path) -> dict[str, Any]:
    async with _AT_ONCE:
        answer = await _asked(path)
    if answer is None:
        raise UnreadableMaterial("It takes too much time or memory to be read.")
    told: dict[str, Any] = json.loads(answer)
    if "error" in told:
        raise UnreadableMaterial(told["error"])
    return told


async def _asked(path: Path) -> bytes | None:
    """Have another process read it; nothing, when it did not end well or in time."""
    program = [sys.executable, "-m", "mediamill_products.teamfit.pdf", str(path)]
    none, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*program, stdin=none, stdout=pipe, stderr=none, env=_bare())
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer, _ = await child.communicate()
    except TimeoutError:
        return None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return answer if child.returncode == 0 and len(answer) <= _MOST_ANSWER else None


def _bare() -> dict[str, str]:
    """Give the child no secret to find."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ}
