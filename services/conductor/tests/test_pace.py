"""How many deliveries a slot is given at once."""

from __future__ import annotations

import pytest

from conductor.dispatch.pace import MOST, Pace

SLOTS = 2


def after(seconds: float, each_s: float) -> Pace:
    """Give what is known after a backlog was worked off for so long by slots that take so long for each job."""
    pace, handed_over, done = Pace(), 0, 0.0
    for turn in range(1, int(seconds / 0.01) + 1):
        done = min(handed_over, done + 0.01 / each_s * SLOTS)
        pace.look("text", handed_over - int(done), SLOTS, turn * 0.01)
        room = SLOTS * pace.depth("text") - (handed_over - int(done))
        pace.handed_over("text", room)
        handed_over += room
    return pace


def test_a_slot_holds_one_delivery_until_more_is_known() -> None:
    assert Pace().depth("text") == 1


@pytest.mark.parametrize(("each_s", "depth"), [(0.001, MOST), (0.005, range(8, 12)), (0.03, 1), (1.0, 1)])
def test_a_slot_holds_what_it_does_in_a_moment(each_s: float, depth: int | range) -> None:
    found = after(3, each_s).depth("text")

    assert found in depth if isinstance(depth, range) else found == depth


def test_jobs_that_become_long_are_no_longer_given_in_a_row() -> None:
    pace = after(3, 0.001)

    pace.look("text", 10, SLOTS, 3.5)
    pace.look("text", 10, SLOTS, 4.0)

    assert pace.depth("text") == 1


def test_a_line_that_was_empty_for_long_is_learnt_anew() -> None:
    pace = after(3, 0.001)

    pace.look("text", 0, SLOTS, 3600.0)

    assert pace.depth("text") == 1


def test_every_queue_has_its_own() -> None:
    assert after(3, 0.001).depth("video") == 1
