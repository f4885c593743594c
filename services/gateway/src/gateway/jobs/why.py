"""Why a job waits: the one cause that counts now, from facts. Pure."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import RowMapping

from gateway.jobs.models import WaitingFor
from mediamill.clock import iso
from mediamill.providers.quotas import Standing


def why(facts: RowMapping, slots: int, kind_limit: int | None) -> WaitingFor:
    """Name what keeps a queued or waiting job from running, first what would hold it whatever else changed."""
    if facts["awaited"] is not None:
        return _parked(facts)
    if facts["is_later"]:
        return _later(facts)
    if facts["is_paused"] and not facts["is_handed_over"]:
        return _reason("paused_queue", f"The queue {facts['queue']} is paused by an operator.")
    if slots == 0 or not facts["is_served"]:
        return _unserved(facts, slots)
    if facts["is_handed_over"]:
        return _reason("line", "It is handed over and begins as soon as a worker claims it.")
    return _held_back(facts, kind_limit) or _reason("line", "Others are ahead of it; see queue_position.")


def why_provider(provider: str, standing: Standing, ahead: int) -> WaitingFor | None:
    """Name the limit of a job's provider, if that keeps it in line; ``ahead`` are those that go before it.

    ``until`` supposes that all of these take of the same rate.
    """
    most, rate = standing.limit.running, standing.limit.per_minute
    if most is not None and standing.running >= most:
        return _reason("provider_limit", f"{standing.running} jobs are with {provider}; its limit is {most} at once.")
    if rate is not None and standing.tokens < 1:
        until = iso(standing.at + timedelta(seconds=standing.wait_s(ahead)))
        return _reason("provider_limit", f"{provider} is given {rate:g} jobs a minute, its limit.", until)
    return None


def _parked(facts: RowMapping) -> WaitingFor:
    until = iso(facts["wake_at"])
    match facts["awaited"]:
        case "children":
            return _reason("child_jobs", f"{facts['pending']} of the jobs that it began have not ended.")
        case "signal":
            return _reason("signal", f"It waits for the signal {facts['signal']!r}.", until)
        case "prediction":
            detail = f"{facts['vendor']} works on it; looked at {facts['polls']} times, next then, or told before."
            return _reason("prediction", detail, until)
        case "rest":
            detail = f"All who could serve it failed lately and are given a rest: {facts['signal'].replace('|', ', ')}."
            return _reason("provider_rest", detail, until)
        case "coalesced":
            return _reason("coalesced", f"The equal job {facts['leader_id']} is under way; this one ends with it.")
        case _:
            return _reason("timer", "It sleeps until then.", until)


def _later(facts: RowMapping) -> WaitingFor:
    """Tell a retry from an appointment: only a retry has an attempt behind it."""
    until = iso(facts["run_at"])
    if facts["attempt"] > 1:
        return _reason("backoff", f"Attempt {facts['attempt'] - 1} failed; the next begins then.", until)
    return _reason("schedule", "Its run_at has not come.", until)


def _unserved(facts: RowMapping, slots: int) -> WaitingFor:
    if slots == 0:
        return _reason("no_worker", f"No live worker serves the queue {facts['queue']}.")
    if facts["generation"] is None:
        return _reason("no_worker", f"No live worker knows the kind {facts['kind']}.")
    return _reason(
        "no_worker",
        f"It began with generation {facts['generation']} of the code of {facts['kind']} and ends with it; no live "
        "worker has that.",
    )


def _held_back(facts: RowMapping, kind_limit: int | None) -> WaitingFor | None:
    limit, running = facts["max_running"], facts["tenant_running"]
    if limit is not None and running >= limit:
        return _reason("tenant_limit", f"{running} jobs of the tenant run; its limit is {limit}.")
    if kind_limit is not None and facts["kind_running"] >= kind_limit:
        return _reason("kind_limit", f"{facts['kind_running']} jobs of {facts['kind']} run; the limit is {kind_limit}.")
    return None


def _reason(reason: str, detail: str, until: str | None = None) -> WaitingFor:
    return WaitingFor.model_validate({"reason": reason, "until": until, "detail": detail})
