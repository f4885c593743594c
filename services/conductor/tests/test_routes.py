"""Where jobs go while the workers of a queue have different code."""

from __future__ import annotations

from uuid import UUID

from conductor.dispatch.routes import routes
from conductor.dispatch.window import LiveWorker

LABELS = {
    "old": frozenset({"image.cut", "image.cut@1", "video.cut", "video.cut@1"}),
    "new": frozenset({"image.cut", "image.cut@2", "image.new", "image.new@1", "video.cut", "video.cut@1"}),
    "both": frozenset({"image.cut", "image.cut@1", "image.cut@2"}),
}


def worker(number: int, cohort: str | None, busy: int = 0) -> LiveWorker:
    return LiveWorker(UUID(int=number), frozenset({"image"}), 4, busy, cohort)


def test_workers_of_one_cohort_share_the_wire_of_their_queue() -> None:
    ways = routes("image", [worker(1, "new"), worker(2, "new")], LABELS, {}, prefetch=0)

    assert sorted(ways.served or ()) == ["image.cut", "image.cut@2", "image.new", "image.new@1"]
    assert [ways.take(name) for name in ways.served or ()] == [(True, None)] * 4


def test_what_only_some_workers_have_goes_to_them_as_far_as_they_have_room() -> None:
    ways = routes("image", [worker(1, "old", busy=2), worker(2, "new")], LABELS, {}, prefetch=0)

    assert ways.take("image.cut") == (True, None)
    assert [ways.take("image.cut@1") for _ in range(3)] == [(True, "old"), (True, "old"), (False, None)]
    assert ways.take("image.new") == (True, "new")


def test_what_its_workers_have_no_room_for_is_left_in_line() -> None:
    ways = routes("image", [worker(1, "old", busy=4), worker(2, "new")], LABELS, {}, prefetch=0)

    assert "image.cut@1" not in (ways.served or ())
    assert "image.cut@2" in (ways.served or ())


def test_the_emptier_of_two_cohorts_is_chosen() -> None:
    ways = routes("image", [worker(1, "old", busy=3), worker(2, "new"), worker(3, "both", busy=2)], LABELS, {}, 0)

    assert sorted(str(ways.take("image.cut@1")[1]) for _ in range(3)) == ["both", "both", "old"]
    assert not ways.take("image.cut@1")[0]


def test_workers_of_a_release_that_tells_nothing_are_given_everything() -> None:
    ways = routes("image", [worker(1, None)], LABELS, {}, prefetch=0)

    assert ways.served is None
    assert ways.take("image.cut@7") == (True, None)
