"""Sentences: where they end, how many words they have, and how a long one falls apart."""

from __future__ import annotations

import re

from mediamill_media.text.reading.speech import capitalised

_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|No|vs|Inc|Ltd|approx|fig|Fig|[A-Z])\.$")
_LONGEST_ABBREVIATION = 12
_NEXT = re.compile(r"\s*(\S)")
_END = re.compile(r"[.!?…]+[\"”’)]*(?=\s|$)|[。！？]+")
_JOINTS = (
    r"[;–]\s+",
    r",\s+(?=(?:and then|but|so|because|while|until|although|yet|and)\s)",
    r"\s+(?=(?:because|while|until|although|so that)\s)",
    r",\s+(?=(?:who|which|where|when|and|or|with)\s)",
    r",\s+",
    r"\s+(?=(?:and|but|with|for|from|to|in|on)\s)",
)
_CLEAN_JOINTS = (r"[;–]\s+", r",\s+(?=(?:and then|and|but|so)\s(?!\w+[.,]))")
LONGEST = 32
"""The most words that one scene, and so one sentence, may have."""


def count(text: str) -> int:
    """Count spoken words; two signs of a script without spaces count as one word."""
    wide = len(_WIDE.findall(text))
    return len(_WORD.findall(_WIDE.sub(" ", text))) + (wide + 1) // 2


def split(text: str) -> list[str]:
    """Cut a paragraph into sentences, leaving abbreviations and quoted speech whole."""
    pieces: list[str] = []
    start = 0
    for end in _END.finditer(text):
        piece = text[start : end.end()].strip()
        after = _NEXT.match(text, end.end())
        goes_on = after is not None and after[1].islower() and not end[0].startswith(("。", "！", "？"))
        if not piece or goes_on or _ABBREVIATION.search(piece[-_LONGEST_ABBREVIATION:]) or _inside_quotes(piece):
            continue
        pieces.append(piece)
        start = end.end()
    rest = text[start:].strip()
    return [*pieces, closed(rest)] if rest else pieces


def _inside_quotes(piece: str) -> bool:
    opened = piece.count("“") > piece.count("”") or piece.count('"') % 2 == 1
    return opened and len(piece) < 300


def closed(sentence: str) -> str:
    """End a sentence with a full stop if it has no end."""
    sentence = sentence.rstrip(" ,;:–-")
    return sentence if re.search(r"[.!?…。！？][\"”’)]*$", sentence) else f"{sentence}."


def halves(sentence: str) -> tuple[str, str] | None:
    """Cut a sentence in two at its best joint, or give nothing when either half would be a stump."""
    for joint in _CLEAN_JOINTS:
        cut = _nearest_to_middle(sentence, joint)
        if cut is not None and min(count(sentence[: cut[0]]), count(sentence[cut[1] :])) >= 4:
            return closed(sentence[: cut[0]]), capitalised(sentence[cut[1] :])
    return None


def shortened(sentence: str, words: int = LONGEST) -> list[str]:
    """Cut a sentence into pieces of at most ``words`` words each."""
    if count(sentence) <= words:
        return [sentence]
    for joint in _JOINTS:
        cut = _nearest_to_middle(sentence, joint)
        if cut is not None and min(count(sentence[: cut[0]]), count(sentence[cut[1] :])) >= 3:
            left, right = closed(sentence[: cut[0]]), capitalised(sentence[cut[1] :])
            return [*shortened(left, words), *shortened(right, words)]
    return _hard_cut(sentence, words)


def _hard_cut(sentence: str, words: int) -> list[str]:
    pieces = sentence.split()
    if len(pieces) > words // 2:
        step = max(1, words - 2)
        return [closed(" ".join(pieces[at : at + step])) for at in range(0, len(pieces), step)]
    width = max(1, len(sentence) * (words - 2) // count(sentence))
    return [closed(sentence[at : at + width]) for at in range(0, len(sentence), width)]


def _nearest_to_middle(sentence: str, joint: str) -> tuple[int, int] | None:
    cuts = [(found.start(), found.end()) for found in re.finditer(joint, sentence)]
    cuts = [
        cut
        for cut in cuts
        if sentence[: cut[0]].count('"') % 2 == 0 and sentence[: cut[0]].count("“") == sentence[: cut[0]].count("”")
    ]
    return min(cuts, key=lambda cut: abs(cut[0] - len(sentence) / 2), default=None)
