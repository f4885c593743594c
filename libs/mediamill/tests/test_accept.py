"""Acceptance is one transaction: all or nothing, once per key."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from mediamill.assets.keep import keep
from mediamill.errors import IdempotencyMismatch, InvalidInput, OutOfBudget, OverQuota, UnknownKind
from mediamill.jobs.accept import accept, fingerprint
from mediamill.jobs.model import Job, Reuse
from mediamill.jobs.states import State
from mediamill_testing.harness import Mill


def count(mill: Mill) -> int:
    with mill.db.unit_of_work() as connection:
        return int(connection.execute(select(func.count()).select_from(Job)).scalar_one())


def test_a_thousand_jobs_are_accepted_in_their_order(mill: Mill) -> None:
    requests = [mill.request("test.noop", {"payload": str(i)}) for i in range(1000)]

    with mill.db.unit_of_work() as connection:
        made = accept(connection, requests)

    ids = [one.job_id for one in made]
    assert ids == sorted(ids)
    assert mill.job(ids[-1]).input == {"payload": "999"}
    assert count(mill) == 1000


def test_the_same_key_and_body_give_the_same_job(mill: Mill) -> None:
    first = mill.accept("test.noop", idempotency_key="k", body_hash="a")

    again = mill.accept("test.noop", idempotency_key="k", body_hash="a")

    assert (first, count(mill)) == (again, 1)


def test_the_same_key_with_another_body_is_refused(mill: Mill) -> None:
    mill.accept("test.noop", idempotency_key="k", body_hash="a")

    with pytest.raises(IdempotencyMismatch):
        mill.accept("test.noop", idempotency_key="k", body_hash="b")

    assert count(mill) == 1


def test_another_tenant_may_use_the_same_key(mill: Mill) -> None:
    first = mill.accept("test.noop", idempotency_key="k", body_hash="a")

    other = mill.accept("test.noop", idempotency_key="k", body_hash="b", tenant_id=mill.add_tenant("other"))

    assert first != other


def test_an_asset_that_the_tenant_does_not_have_is_refused_with_its_place(mill: Mill) -> None:
    blob = mill.store.put([b"theirs"])
    with mill.db.unit_of_work() as connection:
        theirs = keep(connection, mill.add_tenant("other"), blob, media_type="text/plain")

    with pytest.raises(InvalidInput) as refused:
        mill.accept("shop.keep", {"asset": str(theirs.id)})

    assert refused.value.errors[0][0] == ["input", "asset"]
    assert count(mill) == 0


def test_a_text_with_a_nul_is_refused_rather_than_lost(mill: Mill) -> None:
    with pytest.raises(InvalidInput):
        mill.accept("test.noop", {"payload": "a\x00b"})

    assert count(mill) == 0


def test_an_unknown_kind_names_those_that_there_are(mill: Mill) -> None:
    with pytest.raises(UnknownKind, match=r"test\.noop"):
        mill.accept("test.nope")


def test_a_plan_that_is_full_refuses_more(mill: Mill) -> None:
    small = mill.add_tenant("small", max_queued=2)
    mill.accept("test.noop", tenant_id=small)
    mill.accept("test.noop", tenant_id=small)

    with pytest.raises(OverQuota, match="2 of 2"):
        mill.accept("test.noop", tenant_id=small)


def test_a_job_dearer_than_its_limit_is_refused(mill: Mill) -> None:
    with pytest.raises(OutOfBudget):
        mill.accept("test.noop", max_cost=Decimal(-1))


def test_reuse_answers_from_history_without_running_anything(mill: Mill) -> None:
    first = mill.accept("shop.keep", {"text": "once"})
    mill.work_until_idle()

    again = mill.accept("shop.keep", {"text": "once"}, cache="reuse")

    assert mill.state_of(again) is State.SUCCEEDED
    assert mill.job(again).output == mill.job(first).output
    assert mill.told(again) == ["queued", "succeeded"]
    assert mill.turn() == 0


def test_reuse_runs_what_differs_and_what_belongs_to_somebody_else(mill: Mill) -> None:
    mill.accept("shop.keep", {"text": "once"})
    mill.work_until_idle()

    other = mill.accept("shop.keep", {"text": "twice"}, cache="reuse")
    theirs = mill.accept("shop.keep", {"text": "once"}, cache="reuse", tenant_id=mill.add_tenant("other"))

    assert {mill.state_of(other), mill.state_of(theirs)} == {State.QUEUED}


def test_a_success_is_remembered_anew_once_an_hour(mill: Mill) -> None:
    def remembered_after(job: UUID) -> UUID:
        mill.work_until_ended(job)
        with mill.db.unit_of_work() as connection:
            return connection.execute(select(Reuse.job_id)).scalar_one()

    first, second = (mill.accept("shop.keep", {"text": "once"}) for _ in range(2))
    at_once = [remembered_after(job) for job in (first, second)]
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET finished_at = now() - interval '61 min'"))
    later = mill.accept("shop.keep", {"text": "once"})

    assert at_once[0] == at_once[1]
    assert remembered_after(later) == later


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    one = fingerprint("k", 1, "local", {"a": 1, "b": [1, {"c": 2, "d": 3}]})

    other = fingerprint("k", 1, "local", {"b": [1, {"d": 3, "c": 2}], "a": 1})

    assert one == other
    assert one != fingerprint("k", 2, "local", {"a": 1, "b": [1, {"c": 2, "d": 3}]})
