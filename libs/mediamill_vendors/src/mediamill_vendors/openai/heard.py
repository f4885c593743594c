"""Reads transcripts: a text, and where the model tells them, its words with their times."""

from __future__ import annotations

from typing import Any

from mediamill_vendors.openai.made import TimedWord, Written


def written(answer: Any) -> Written:
    """Read an answer of any of the JSON formats. Raises ``ValueError`` or ``AttributeError`` for what is none."""
    text = answer.text
    if not isinstance(text, str):
        raise TypeError("a transcript has a text")
    told = [(str(word.word), float(word.start), float(word.end)) for word in getattr(answer, "words", None) or ()]
    spelled = text.split()
    if len(spelled) != len(told):
        spelled = [word for word, _, _ in told]
    words = [
        TimedWord(text=word.strip(), start_s=start, end_s=end)
        for word, (_, start, end) in zip(spelled, told, strict=True)
    ]
    return Written(text=text.strip(), language=getattr(answer, "language", None), words=tuple(words))
