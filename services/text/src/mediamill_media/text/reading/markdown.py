"""The blocks of a brief: headings, bullets, labelled fields and paragraphs."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from mediamill_media.text.reading.speech import without_marks

BlockKind = Literal["heading", "item", "field", "prose"]
_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(\S.*)$")
_BULLET = re.compile(r"^\s*(?:[-*+•–]|\d{1,2}[.)])\s+(.*)$")
_BOLD_FIELD = re.compile(r"^(\*\*|__)(.{1,60}?):?\1\s*[:–—-]?\s*(.*)$")
_FIELD = re.compile(r"^([A-Z][\w'’]*(?:[ /-][\w'’]+){0,3})\s*:\s*(.*)$")
_LIST_TITLE = re.compile(r"^(\*\*|__)?([A-Z][\w /-]{1,30}):\1?$")
_RULE = re.compile(r"(?:[-*_=] *){3,}|[ :|-]+")


class Block(NamedTuple):
    """A piece of a brief; ``label`` is set for fields, ``section`` is the heading that it stands under."""

    kind: BlockKind
    text: str
    label: str = ""
    section: str = ""
    level: int = 0


def blocks(brief: str) -> list[Block]:
    """Read a brief, plain or markdown, into blocks with their marks taken off."""
    text = brief.replace("\r\n", "\n").replace("\r", "\n")
    text = _FRONT_MATTER.sub(r"\1\n\n", text)
    text = _COMMENT.sub("", _FENCE.sub("", text))
    found: list[Block] = []
    section = listed = ""
    for kind, raw, level in _lines_joined(text):
        if title := _LIST_TITLE.match(raw):
            listed = title[2]
            continue
        listed = listed if kind == "item" else ""
        block = _block(kind, raw, listed or section, level)
        if block is None:
            continue
        if block.kind == "heading":
            section = block.text
        found.append(block)
    return found


def _block(kind: BlockKind, raw: str, section: str, level: int) -> Block | None:
    bold = _BOLD_FIELD.match(raw)
    field = None if bold else _FIELD.match(raw)
    if kind != "heading" and bold and (":" in raw[: bold.end(2) + 4] or kind == "item") and bold[3]:
        return _labelled(bold[2], bold[3], section)
    if kind != "heading" and field and field[2] and not _is_prose(field[1], field[2]) and not field[2].startswith("//"):
        return _labelled(field[1], field[2], section)
    text = without_marks(raw)
    return Block(kind, text, section=section, level=level) if text else None


def _is_prose(label: str, value: str) -> bool:
    """Tell "The good news: small habits help. …" from a labelled field."""
    return bool(re.match(r"(?:The|A|An|And|But|So|One|In|It)\b", label)) or (
        label.count(" ") >= 2 and value.count(". ") >= 1
    )


def _labelled(label: str, value: str, section: str) -> Block | None:
    text = without_marks(value)
    return Block("field", text, label=without_marks(label).rstrip(":"), section=section) if text else None


def _lines_joined(text: str) -> list[tuple[BlockKind, str, int]]:
    """Join wrapped lines of one paragraph or bullet, and tell what each is."""
    joined: list[tuple[BlockKind, str, int]] = []
    fresh = True
    for line in text.split("\n"):
        heading, bullet = _HEADING.match(line), _BULLET.match(line)
        if not line.strip() or _RULE.fullmatch(line.strip()):
            fresh = True
        elif heading:
            joined.append(("heading", heading[2].rstrip(" #"), len(heading[1])))
            fresh = True
        elif bullet:
            joined.append(("item", bullet[1], 0))
            fresh = False
        elif fresh or _FIELD.match(line) or _BOLD_FIELD.match(line) or _LIST_TITLE.match(line):
            joined.append(("prose", line.strip().strip("|"), 0))
            fresh = False
        else:
            kind, before, level = joined[-1]
            joined[-1] = (kind, f"{before} {line.strip()}", level)
    return joined
