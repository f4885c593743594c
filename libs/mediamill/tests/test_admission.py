"""One statement makes the jobs of many drafts: each as a whole, none twice, none for its neighbour's fault."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from mediamill.errors import OverQuota
from mediamill.ids import uuid7
from mediamill.jobs.accept import accept_drafts
from mediamill.jobs.admission import admit
from mediamill.jobs.draft import Draft, draft
from mediamill.jobs.model import Job, Line
from mediamill.jobs.states import State
from mediamill_testing.harness import Mill


def draft_of(mill: Mill, kind: str = "test.noop", input: dict[str, Any] | None = None, **facts: Any) -> Draft:
    return draft(mill.request(kind, input, **facts))


def admitted(mill: Mill, *drafts: Draft) -> set[UUID]:
    with mill.db.unit_of_work() as connection:
        return {row.id for row in connection.execute(*admit(drafts))}


def accepted(mill: Mill, one: Draft) -> UUID:
    with mill.db.unit_of_work() as connection:
        return accept_drafts(connection, [one])[0].job_id


def count(mill: Mill) -> tuple[int, int]:
    with mill.db.unit_of_work() as connection:
        return tuple(connection.execute(select(func.count()).select_from(it)).scalar_one() for it in (Job, Line))  # type: ignore[return-value]


def test_what_cannot_be_made_is_passed_over_and_its_neighbours_are_made(mill: Mill) -> None:
    mill.accept("test.noop", idempotency_key="used", body_hash="a")
    small = mill.add_tenant("small", max_queued=9)
    fine = [draft_of(mill), draft_of(mill, idempotency_key="new", body_hash="a"), draft_of(mill, deadline_s=60)]
    wrong = [
        draft_of(mill, "shop.keep", {"asset": str(uuid7())}),
        draft_of(mill, idempotency_key="used", body_hash="a"),
        draft_of(mill, idempotency_key="new", body_hash="a"),
        draft_of(mill, tenant_id=small),
    ]

    made = admitted(mill, *fine, *wrong)

    assert made == {one.job_id for one in fine}
    assert count(mill) == (4, 4)


def test_a_refused_draft_leaves_its_key_free(mill: Mill) -> None:
    refused = draft_of(mill, "shop.keep", {"asset": str(uuid7())}, idempotency_key="k", body_hash="a")
    admitted(mill, refused)

    again = draft_of(mill, idempotency_key="k", body_hash="b")

    assert admitted(mill, again) == {again.job_id}


def test_a_draft_that_is_tried_again_is_the_same_job(mill: Mill) -> None:
    plain, keyed = draft_of(mill), draft_of(mill, idempotency_key="k", body_hash="a")
    admitted(mill, plain, keyed)

    again = [accepted(mill, plain), accepted(mill, keyed)]

    assert admitted(mill, plain, keyed) == set()
    assert again == [plain.job_id, keyed.job_id]
    assert count(mill) == (2, 2)
    assert mill.told(plain.job_id) == ["queued"]


def test_a_draft_that_took_the_last_place_is_not_refused_when_it_is_tried_again(mill: Mill) -> None:
    last = draft_of(mill, tenant_id=mill.add_tenant("small", max_queued=1))
    accepted(mill, last)

    assert accepted(mill, last) == last.job_id


def test_reuse_is_known_at_once(mill: Mill) -> None:
    mill.accept("shop.keep", {"text": "once"})
    mill.work_until_idle()
    again = draft_of(mill, "shop.keep", {"text": "once"}, cache="reuse")

    admitted(mill, again)

    assert mill.state_of(again.job_id) is State.SUCCEEDED
    assert mill.told(again.job_id) == ["queued", "succeeded"]


def test_the_last_places_of_a_plan_are_given_once_however_many_ask_at_once(mill: Mill) -> None:
    small = mill.add_tenant("small", max_queued=3)

    def post(_: int) -> bool:
        try:
            accepted(mill, draft_of(mill, tenant_id=small))
        except OverQuota:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(16)))

    assert (sum(answers), count(mill)) == (3, (3, 3))
