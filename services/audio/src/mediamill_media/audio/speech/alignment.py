"""Which phonemes belong to which written word.

A sentence is phonemised whole, since how a word sounds depends on its neighbours; "3.5" becomes three spoken words and
"$9.99" six. Each written word is therefore phonemised alone too, and the two rows of spoken words are aligned.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np

_SKIP_COST = 0.7


def owners(spoken: Sequence[str], alone: Sequence[Sequence[str]]) -> list[int]:
    """Tell for each spoken word of a sentence which written word it belongs to; the answer never goes back.

    ``alone[i]`` holds what the i-th written word yields by itself.
    """
    expected = [(index, part) for index, parts in enumerate(alone) for part in parts]
    if not expected:
        return [0] * len(spoken)
    if [part for _, part in expected] == list(spoken) or len(expected) == len(spoken):
        return [index for index, _ in expected]
    return _aligned(spoken, expected)


def _aligned(spoken: Sequence[str], expected: Sequence[tuple[int, str]]) -> list[int]:
    """Align by the cheapest way through the table of differences; what matches nothing joins its neighbour."""
    rows, columns = len(spoken), len(expected)
    cost = np.empty((rows + 1, columns + 1))
    cost[:, 0] = _SKIP_COST * np.arange(rows + 1)
    cost[0] = _SKIP_COST * np.arange(columns + 1)
    difference = [[1 - SequenceMatcher(None, said, part).ratio() for _, part in expected] for said in spoken]
    for row in range(rows):
        for column in range(columns):
            cost[row + 1, column + 1] = min(
                cost[row, column] + difference[row][column],
                cost[row, column + 1] + _SKIP_COST,
                cost[row + 1, column] + _SKIP_COST,
            )
    return _walk_back(cost, difference, expected)


def _walk_back(
    cost: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    difference: Sequence[Sequence[float]],
    expected: Sequence[tuple[int, str]],
) -> list[int]:
    """Read the owners off the cheapest way, from its end."""
    row, column = len(difference), len(expected)
    owner = [0] * row
    while row:
        if column and np.isclose(cost[row, column], cost[row - 1, column - 1] + difference[row - 1][column - 1]):
            row, column = row - 1, column - 1
            owner[row] = expected[column][0]
        elif column and np.isclose(cost[row, column], cost[row, column - 1] + _SKIP_COST):
            column -= 1
        else:
            row -= 1
            owner[row] = expected[max(column - 1, 0)][0]
    return owner
