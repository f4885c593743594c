"""The brief of a demo film."""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files
from pathlib import Path

from mill.errors import WrongUse

SHIPPED = "lantern.md"
LONGEST = 20_000
_LONGEST_SLUG = 60


def read_brief(given: str | None) -> str:
    """Give the text of a brief: of a file, or as it was typed, or the one that comes with ``mill``."""
    if given is None:
        return (files("mill") / "briefs" / SHIPPED).read_text(encoding="utf-8")
    text = _of_file(Path(given)) if _names_a_file(given) else given
    if not text.strip():
        raise WrongUse(f"The brief {given!r} is empty.")
    if len(text) > LONGEST:
        raise WrongUse(f"The brief has {len(text)} characters; {LONGEST} is the most.")
    return text


def slug(title: str) -> str:
    """Give a title as the name of a file."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")
    return words[:_LONGEST_SLUG].rstrip("-") or "film"


def _names_a_file(given: str) -> bool:
    """Tell a path from a sentence: a sentence has spaces and names nothing that exists."""
    if "\n" in given or len(given) > 1000:
        return False
    return Path(given).exists() or " " not in given.strip()


def _of_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WrongUse(f"There is no brief {path}; give a file, or the text itself in quotes.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"The brief {path} cannot be read: {error}") from error
