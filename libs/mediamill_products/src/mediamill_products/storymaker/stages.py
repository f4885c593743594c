"""How a job is told of: its stage in the words that the frontend shows, and its result with URLs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from mediamill.errors import NotFound
from mediamill_products.caller import Children, Glimpse
from mediamill_products.standing import Standing, standing, why_it_failed
from mediamill_products.storymaker import results
from mediamill_products.storymaker.schemas import JobStatus, Progress

NONE = Children(0, 0)
WORDS: Mapping[Standing, Any] = {
    Standing.PENDING: "pending",
    Standing.UNDER_WAY: "PROGRESS",
    Standing.COMPLETED: "completed",
    Standing.FAILED: "failed",
}
STILL: Mapping[Standing, str] = {
    Standing.PENDING: "Waiting in line...",
    Standing.COMPLETED: "Completed",
    Standing.FAILED: "Failed",
}


class Told(NamedTuple):
    """How jobs of one kind are told of."""

    counts: str
    """The kind of children whose successes are the progress."""
    many: str
    """The list of the input that they are made of."""
    saying: str
    then: str | None
    """What is said when all of them have succeeded and there is more to do, which is a stage of its own."""
    result: Callable[[results.Made], dict[str, Any]]


KINDS: Mapping[str, Told] = {
    "flow.story_script": Told("text.script", "", "Writing the script...", None, results.script),
    "flow.story_character": Told("", "", "Generating character...", None, results.character),
    "flow.story_scenes": Told("image.generate", "scenes", "Generating image {}/{}...", None, results.scenes),
    "flow.story_cast": Told("image.character", "characters", "Generating character {}/{}...", None, results.cast),
    "flow.story_clips": Told("video.generate", "scenes", "Generating video {}/{}...", None, results.clips),
    "flow.story": Told(
        "audio.speech", "scenes", "Recording narration {}/{}...", "Creating final video...", results.film
    ),
}


def tell(job_id: UUID, seen: Glimpse) -> JobStatus:
    """Tell where a job is. Raises ``NotFound`` for one that is none of storymaker's."""
    told = KINDS.get(seen.kind)
    if told is None:
        raise NotFound(f"Job {job_id} is none of storymaker's.")
    total = _total(told, seen)
    place = standing(seen.state, has_begun=seen.has_begun)
    current, status = _stage(told, seen, total) if place is Standing.UNDER_WAY else _still(place, total)
    return JobStatus(
        job_id=str(job_id),
        state=WORDS[place],
        status=status,
        progress=Progress(current=current, total=total),
        result=None if seen.output is None else told.result(results.Made(seen.output)),
        error=why_it_failed(seen.state, seen.error),
    )


def _still(place: Standing, total: int) -> tuple[int, str]:
    """Tell of a job that is not under way: it has everything, or as far as a page can use it nothing."""
    return (total, STILL[place]) if place is Standing.COMPLETED else (0, STILL[place])


def _stage(told: Told, seen: Glimpse, total: int) -> tuple[int, str]:
    """Give the number of what is being made, and say so; what was made is known from the job's children."""
    done = _done(told, seen)
    many = seen.children.get(told.counts, NONE).begun or total
    if told.then is not None and (done >= many or (seen.stage is not None and seen.stage.current >= total - 1)):
        return total, told.then
    current = min(done + 1, many)
    return current, told.saying.format(current, many)


def _done(told: Told, seen: Glimpse) -> int:
    return seen.children.get(told.counts, NONE).succeeded


def _total(told: Told, seen: Glimpse) -> int:
    """Give the number of all that is to be made: as the job's first stage said, else as it was asked for."""
    if seen.stage is not None:
        return int(seen.stage.total)
    asked = (seen.input or {}).get(told.many, ())
    return max(1, len(asked)) + (told.then is not None)
