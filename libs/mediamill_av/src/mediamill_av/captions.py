"""Words with times become caption lines: short, balanced, one at a time.

Times are whole centiseconds here, the finest that ASS knows, so that "ends before the next starts" survives writing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mediamill.timeline import Item, Timeline, Word, placed_items

PAUSE_CS = 90
"""A silence of this length ends a line."""
LINGER_CS = 35
"""How long a line stays after its last word, if nothing follows."""
GAP_CS = 2
"""Least distance between two lines: libass pushes up what overlaps by even 30 ms."""
MAX_WORDS = 9
_SENTENCE_ENDS = (".", "!", "?", "…", "\u3002", "\uff01", "\uff1f")
_CLAUSE_ENDS = (",", ";", ":", "–", "—", "\u3001")
_CLOSERS = "\"')]}»\u2019\u201d"


@dataclass(frozen=True)
class TimedWord:
    """A word, in centiseconds of the film."""

    text: str
    start_cs: int
    end_cs: int


@dataclass(frozen=True)
class Line:
    """A caption that is shown as a whole, from its first word to shortly after its last."""

    words: tuple[TimedWord, ...]
    start_cs: int
    end_cs: int

    @property
    def text(self) -> str:
        """Its words with spaces between."""
        return " ".join(word.text for word in self.words)


def line_width(size: tuple[int, int]) -> int:
    """Give how many characters a caption line may have in a frame of this shape."""
    shape = size[0] / size[1]
    return 32 if shape > 1.4 else 26 if shape > 0.9 else 20


def caption_lines(timeline: Timeline) -> tuple[Line, ...]:
    """Give the lines of all captions tracks, in time."""
    words = [word for place in placed_items(timeline, "captions") for word in item_words(place.item)]
    return lines_of(words, line_width(timeline.size))


def item_words(item: Item) -> list[Word]:
    """Give an item's words: its own, or its text's, spread over its length by their letters."""
    if item.words:
        return list(item.words)
    texts = (item.text or "").split()
    per_letter = (item.length_s or 0.0) / (sum(len(text) + 2 for text in texts) or 1)
    words: list[Word] = []
    at = item.start_s
    for text in texts:
        end = at + (len(text) + 2) * per_letter
        words.append(Word(text=text[:200], start_s=at, end_s=end))
        at = end
    return words


def lines_of(words: Iterable[Word], width: int) -> tuple[Line, ...]:
    """Break timed words into lines of at most ``width`` characters where words allow, none overlapping another."""
    lines: list[tuple[TimedWord, ...]] = []
    for run in _runs(_on_grid(words)):
        lines.extend(_break(run, width))
    return _placed(lines)


def _on_grid(words: Iterable[Word]) -> list[TimedWord]:
    """Put words on the centisecond grid in order, each starting no sooner than the one before it."""
    timed: list[TimedWord] = []
    at = 0
    for word in sorted(words, key=lambda each: each.start_s):
        text = " ".join(word.text.split())
        if not text:
            continue
        at = max(at, _centiseconds(word.start_s))
        timed.append(TimedWord(text, at, max(at, _centiseconds(word.end_s))))
    return timed


def _centiseconds(seconds: float) -> int:
    """Round, halves always up: the same word of a scene that comes later is put on the same place of the scene."""
    return math.floor(seconds * 100 + 0.5001)


def _runs(words: Sequence[TimedWord]) -> list[list[TimedWord]]:
    """Split where nobody speaks for a while."""
    runs: list[list[TimedWord]] = []
    for word in words:
        if runs and word.start_cs - runs[-1][-1].end_cs < PAUSE_CS:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _break(run: Sequence[TimedWord], width: int) -> list[tuple[TimedWord, ...]]:
    """Find the breaks that cost least over the whole run: even lines, ends at punctuation, no word alone."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(run) + 1):
        starts = range(max(0, end - MAX_WORDS), end)
        fitting = [start for start in starts if end - start == 1 or _length(run[start:end]) <= width]
        best.append(min((best[start][0] + _cost(run[start:end], width, len(run)), start) for start in fitting))
    lines: list[tuple[TimedWord, ...]] = []
    end = len(run)
    while end:
        start = best[end][1]
        lines.append(tuple(run[start:end]))
        end = start
    return lines[::-1]


def _cost(line: Sequence[TimedWord], width: int, run_length: int) -> float:
    """Tell how bad a line is."""
    cost = 1.0 + (max(0, width - _length(line)) / width) ** 2
    if len(line) == 1 and run_length > 1:
        cost += 4.0
    if _ends_with(line[-1], _SENTENCE_ENDS):
        cost -= 0.6
    elif _ends_with(line[-1], _CLAUSE_ENDS):
        cost -= 0.3
    return cost + 0.8 * sum(_ends_with(word, _SENTENCE_ENDS) for word in line[:-1])


def _ends_with(word: TimedWord, marks: tuple[str, ...]) -> bool:
    return word.text.rstrip(_CLOSERS).endswith(marks)


def _length(line: Sequence[TimedWord]) -> int:
    return sum(len(word.text) for word in line) + len(line) - 1


def _placed(lines: Sequence[tuple[TimedWord, ...]]) -> tuple[Line, ...]:
    """Give each line its time: as long as it may stay, and over before the next begins."""
    starts: list[int] = []
    for line in lines:
        starts.append(max(line[0].start_cs, starts[-1] + 2 * GAP_CS if starts else 0))
    placed = [
        Line(line, start, max(start + GAP_CS, min(_latest(line), following - GAP_CS)))
        for line, (start, following) in zip(lines, pairwise([*starts, 10**9]), strict=True)
    ]
    return tuple(placed)


def _latest(line: Sequence[TimedWord]) -> int:
    return max(word.end_cs for word in line) + LINGER_CS


def write_vtt(lines: Iterable[Line]) -> str:
    """Write the lines as WebVTT."""
    cues = [f"{_vtt_time(line.start_cs)} --> {_vtt_time(line.end_cs)}\n{_vtt_text(line.text)}\n" for line in lines]
    return "WEBVTT\n\n" + "\n".join(cues)


def _vtt_time(centiseconds: int) -> str:
    seconds, rest = divmod(centiseconds, 100)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest * 10:03d}"


def _vtt_text(text: str) -> str:
    """Escape what WebVTT would read as markup; ``-->`` is gone with its angle bracket."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def until(lines: Iterable[Line], seconds: float) -> tuple[Line, ...]:
    """Give the lines of a film that ends then: none begins later, and none stays longer."""
    end = int(seconds * 100)
    return tuple(replace(line, end_cs=min(line.end_cs, end)) for line in lines if line.start_cs < end)
