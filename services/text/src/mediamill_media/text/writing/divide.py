"""Divides the sentences of a brief into as many scenes as asked for, condensing where there is too much."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import accumulate, pairwise

from mediamill_media.text.reading.brief import Piece
from mediamill_media.text.reading.sentences import LONGEST, count, halves
from mediamill_media.text.reading.tables import words

SHORTEST = 8
_TOKEN = re.compile(r"[^\W\d_]{3,}")
_LEANS = re.compile(r"(?:It|They|This|That|These|Those|He|She|His|Her|Their)\b")
"""A sentence that begins so leans on the one before, and should not stand without it."""
_COMMON = words("common")


def scores(pieces: tuple[Piece, ...], names: frozenset[str]) -> list[float]:
    """Weigh each sentence: how typical its words are, and whether it holds a number, a name, or a place of honour."""
    bags = [Counter(word for word in _TOKEN.findall(piece.text.lower()) if word not in _COMMON) for piece in pieces]
    spread = Counter(word for bag in bags for word in bag)
    total = Counter[str]()
    for bag in bags:
        total.update(bag)
    scored: list[float] = []
    for at, (piece, bag) in enumerate(zip(pieces, bags, strict=True)):
        typical = sum(total[word] * math.log(1 + len(pieces) / spread[word]) for word in bag) / math.sqrt(4 + len(bag))
        honour = (
            100.0 * (at == 0) + 100.0 * (at == len(pieces) - 1) + 1.2 * (at > 0 and pieces[at - 1].part != piece.part)
        )
        named = 1.0 if any(name in piece.text for name in names) else 0.0
        number = 0.8 if re.search(r"\d", piece.text) else 0.0
        stump = -2.0 if count(piece.text) < 4 else -4.0 if _LEANS.match(piece.text) else 0.0
        scored.append(typical + honour + named + number + stump + piece.weight)
    return scored


def divide(pieces: tuple[Piece, ...], parts: int) -> list[list[int]]:
    """Cut the row of sentences into ``parts`` runs of about equal length, by preference where a section ends.

    Needs at least as many sentences as parts. The best cuts are found by dynamic programming over all of them.
    """
    lengths = [count(piece.text) for piece in pieces]
    mean = sum(lengths) / parts
    size = len(pieces)
    sums = [0, *accumulate(lengths)]
    breaks = [0, *accumulate(a.part != b.part for a, b in pairwise(pieces))]
    best = [[math.inf] * (size + 1) for _ in range(parts + 1)]
    back = [[0] * (size + 1) for _ in range(parts + 1)]
    best[0][0] = 0.0
    for part in range(1, parts + 1):
        for end in range(part, size - (parts - part) + 1):
            for start in range(part - 1, end):
                cost = best[part - 1][start] + ((sums[end] - sums[start] - mean) / mean) ** 2
                cost += 0.25 * (breaks[end - 1] - breaks[start])
                if cost < best[part][end]:
                    best[part][end], back[part][end] = cost, start
    runs: list[list[int]] = []
    end = size
    for part in range(parts, 0, -1):
        runs.append(list(range(back[part][end], end)))
        end = back[part][end]
    return runs[::-1]


def weightiest(pieces: tuple[Piece, ...], weights: list[float], most: int) -> tuple[Piece, ...]:
    """Keep the ``most`` weightiest sentences, in their order, so that very long briefs stay quick to divide."""
    if len(pieces) <= most:
        return pieces
    kept = sorted(range(len(pieces)), key=lambda at: weights[at], reverse=True)[:most]
    return tuple(pieces[at] for at in sorted(kept))


def condensed(run: list[int], pieces: tuple[Piece, ...], weights: list[float], limit: int) -> list[int]:
    """Keep the sentences of a run that weigh most and fit into ``limit`` words, in their order; at least one stays."""
    room = min(LONGEST, limit)
    kept: list[int] = []
    by_weight = sorted(run, key=lambda at: weights[at], reverse=True)
    for at in (*by_weight, *by_weight):
        used = sum(count(pieces[k].text) for k in kept)
        leans = _LEANS.match(pieces[at].text) and at != run[0] and at - 1 not in kept
        if at in kept or (kept and leans):
            continue
        if (
            not kept
            or used + count(pieces[at].text) <= room
            or (used < SHORTEST and used + count(pieces[at].text) <= LONGEST)
        ):
            kept.append(at)
    return sorted(kept)


def halved(pieces: tuple[Piece, ...], wanted: int) -> tuple[Piece, ...]:
    """Cut the longest sentences in two until there are as many as wanted, or none can be cut well."""
    row = list(pieces)
    stuck: set[str] = set()
    while len(row) < wanted:
        candidates = [
            at for at, piece in enumerate(row) if piece.text not in stuck and count(piece.text) >= 2 * SHORTEST
        ]
        if not candidates:
            break
        at = max(candidates, key=lambda at: count(row[at].text))
        cut = halves(row[at].text)
        if cut is None or min(map(count, cut)) < SHORTEST - 2:
            stuck.add(row[at].text)
            continue
        row[at : at + 1] = [row[at]._replace(text=half) for half in cut]
    return tuple(row)
