"""What numbers are of: pieces of a sentence, short enough to stand in a picture."""

from __future__ import annotations

import re

LONGEST_TITLE, LONGEST_LABEL = 70, 60
_LEADS = re.compile(r"^(?:and|or|but|while|whereas|the|a|an|only|also|both|of which|mainly|mostly)\s+")
_PLACES = re.compile(r"^(?:in|with|for|among|on|by)\s+(?:the\s+|those\s+(?:in|with)\s+the\s+)?", re.IGNORECASE)
_TRAILS = re.compile(
    r"[\s,;:]+(?:(?:was|were|is|are|had been|has been)"
    r"(?:\s+(?:reported|named|seen|found|observed|recorded|noted|lower|higher|"
    r"achieved|present|significantly|only|also))*|took|lasted|reached|occurred|happened|scored|averaged|of|by|in|at|had|"
    r"rated|showed|significantly|lower|higher)$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"^(?:After|Before|At|In|Over|During|By|Within|Among|With|For|Compared|Overall|However|On|Of)\b[^,]*,\s*"
)
_SAYS_THAT = re.compile(r"^.{0,80}?\b(?:said|reported|found|showed|thought)\s+that\s*", re.IGNORECASE)


def title_of(text: str) -> str:
    """Give what stands before a number as a title, such as "Mean absence"; empty where it says too much."""
    title = _CLAUSE.sub("", " ".join(re.split(r"[.;:]\s", text)[-1].split()))
    title = _SAYS_THAT.sub("", title)
    title = title.rsplit(", ", 1)[-1] if len(title) > LONGEST_TITLE else title
    for _ in range(3):
        title = _TRAILS.sub("", title.strip(" ,;:("))
    title = _LEADS.sub("", title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title)
    return title[:1].upper() + title[1:] if 2 < len(title) <= LONGEST_TITLE else ""


def label_of(text: str, keep: str = "") -> str:
    """Give what a number is of, without the small words around it; empty where nothing is left.

    ``keep`` is a small word that may stay at its beginning.
    """
    label = " ".join(text.split()).strip(" ,;:")
    for _ in range(3):
        label = _LEADS.sub("", label)
        if not keep or not label.startswith(f"{keep} "):
            label = _PLACES.sub("", label)
    return label if len(label) <= LONGEST_LABEL else _cut(label)


def _cut(label: str) -> str:
    """End a long label at a word, and show that it went on."""
    return label[: LONGEST_LABEL - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
