"""``python -m mediamill_products.teamfit.pdf FILE``: the text of a PDF as JSON, by a process that may do little else.

A PDF is a program for a reader that others have written. So it is read in a process of its own, which may write no file
and take no more than so much memory and time; whatever becomes of it, the gateway only loses an answer.
"""

from __future__ import annotations

import json
import logging
import resource
import sys

from pypdf import PdfReader

MOST_PAGES = 60
MOST_MEMORY = 768 * 1024**2
MOST_CPU_S = 10
MOST_CHARACTERS = 200_000
"""So much is read; the reader of our answer keeps what it wants of it."""

ENCRYPTED = "It is locked with a password."
TOO_MANY_PAGES = f"It has more than {MOST_PAGES} pages."
UNREADABLE = "It cannot be read as a PDF."


def main() -> int:
    """Print the text, or why there is none, as JSON."""
    logging.disable()
    _confine()
    try:
        told = _read(sys.argv[1])
    except Exception:  # noqa: BLE001  # what a hostile file raises, nobody can foresee
        told = {"error": UNREADABLE}
    sys.stdout.write(json.dumps(told))
    return 0


def _confine() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(what, (most, most))


def _read(path: str) -> dict[str, object]:
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        return {"error": ENCRYPTED}
    pages = len(reader.pages)
    if pages > MOST_PAGES:
        return {"error": TOO_MANY_PAGES}
    texts: list[str] = []
    for page in reader.pages:
        texts.append(page.extract_text())
        if sum(map(len, texts)) > MOST_CHARACTERS:
            break
    return {"pages": pages, "text": "\n\n".join(texts)[: MOST_CHARACTERS + 1]}


if __name__ == "__main__":
    sys.exit(main())
