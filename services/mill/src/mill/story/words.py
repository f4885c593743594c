"""A story in words, for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mill.story.gantt import gantt
from mill.story.model import JobStory, StepStory, Story, Stretch, WebhookStory, What

_NAMES = {What.LINE: "in line", What.WAIT: "waits"}
_LONG = 200


def words(story: Story, width: int) -> Iterator[str]:
    """Tell a story, line by line."""
    job, began = story.job, story.job.created_at
    yield from _head(story)
    yield ""
    for stretch in job.stretches:
        yield f"{_after(stretch.began_at, began)}  {_stretch(stretch, story.at)}"
    if job.steps:
        yield from ("", "steps")
        yield from (f"{_after(step.began_at, began)}  {_step(step)}" for step in job.steps)
    logs = [event for event in job.events if event.type == "job.log"]
    if logs:
        yield from ("", "log")
        yield from (f"{_after(line.at, began)}  {str(line.data.get('text', ''))[:_LONG]}" for line in logs)
    if job.webhooks:
        yield from ("", "webhooks")
        yield from (f"{_after(hook.created_at, began)}  {_webhook(hook, began)}" for hook in job.webhooks)
    yield ""
    yield from gantt(story, width)


def _head(story: Story) -> Iterator[str]:
    job = story.job
    took = ((job.finished_at or story.at) - job.created_at).total_seconds()
    yield f"{job.kind} {job.id}: {job.state} after {took:.1f} s"
    facts = [f"queue {job.queue}", f"tenant {job.tenant_id}", f"provider {job.provider or 'none'}"]
    yield ", ".join([*facts, f"attempt {job.attempt}", f"{job.crashes} crashes", f"{job.delivery} deliveries"])
    if story.cost or story.jobs > 1:
        yield f"{story.jobs} jobs, which cost {story.cost.normalize():f} USD"
    if job.trace_id:
        yield f"trace {job.trace_id}"
    if job.error:
        yield f"error {job.error.get('code')}: {str(job.error.get('message', ''))[:_LONG]}"
    yield from _now(job)


def _now(job: JobStory) -> Iterator[str]:
    if job.worker is not None:
        yield f"with the worker {job.worker.pid} on {job.worker.host}"
    if job.waits_for is not None:
        wait = job.waits_for
        facts = [f"{wait.pending} children" if wait.pending else "", wait.signal or ""]
        until = f"until {wait.until:%H:%M:%S}" if wait.until else ""
        yield " ".join(filter(None, [f"waits for: {wait.reason}", *facts, until]))


def _stretch(stretch: Stretch, now: datetime) -> str:
    seconds = f"{stretch.seconds(now):.2f} s"
    open_ = "" if stretch.ended_at is not None else " so far"
    if stretch.what is What.RUN:
        ended = f": {stretch.why}" if stretch.why else ""
        return f"run {stretch.delivery}, attempt {stretch.attempt}, {seconds}{open_}{ended}"
    why = f" ({stretch.why})" if stretch.why else ""
    return f"{_NAMES[stretch.what]}{why} {seconds}{open_}"


def _step(step: StepStory) -> str:
    took = f"{(step.ended_at - step.began_at).total_seconds():.2f} s" if step.ended_at else "open"
    told = [f"{step.ordinal} {step.type} {step.name}", step.state, f"run {step.delivery}", took]
    if step.prediction:
        told.append(f"{step.vendor} {step.prediction} {step.prediction_state}, {step.looks} looks")
    if step.cost:
        told.append(f"{step.cost.normalize():f} USD")
    return ", ".join(told)


def _webhook(hook: WebhookStory, began: datetime) -> str:
    arrived = f" at {_after(hook.delivered_at, began).strip()}" if hook.delivered_at else ""
    last = f" ({hook.last})" if hook.last else ""
    tries = f"{hook.attempts} {'try' if hook.attempts == 1 else 'tries'}"
    return f"{hook.event} to {hook.host}: {hook.state}{arrived}, {tries}{last}"


def _after(at: datetime, began: datetime) -> str:
    return f"{f'+{(at - began).total_seconds():.2f} s':>11}"
