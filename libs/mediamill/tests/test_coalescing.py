"""Equal work that is under way is done once, for all who asked; each of them has a job of its own."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, text

from mediamill.assets.model import JobAsset
from mediamill.clock import now
from mediamill.jobs.admission import admit
from mediamill.jobs.cancel import cancel
from mediamill.jobs.coalesce import LANDED, FlightId, land
from mediamill.jobs.draft import draft
from mediamill.jobs.states import State
from mediamill_testing.equals import SIGNAL, ask, ask_many, followers, in_line, states
from mediamill_testing.harness import Mill


def test_who_asks_while_equal_work_is_under_way_waits_for_it_and_ends_with_it(mill: Mill) -> None:
    leader, *others = (ask(mill, "shop.keep", {}) for _ in range(3))

    assert states(mill, [leader, *others]) == [State.QUEUED, State.WAITING, State.WAITING]
    assert in_line(mill) == [leader]
    mill.work_until_idle()

    assert states(mill, [leader, *others]) == [State.SUCCEEDED] * 3
    for follower in others:
        assert mill.job(follower).output == mill.job(leader).output
        assert mill.told(follower) == ["queued", "waiting", "succeeded"]
        assert mill.events(follower)[1].data == {"reason": "coalesced"}
        assert mill.events(follower)[2].data == {"reused_from": str(leader)}
        assert mill.job(follower).delivery == 0
    with mill.db.unit_of_work() as connection:
        linked = connection.execute(select(func.count(JobAsset.job_id), func.count(JobAsset.asset_id.distinct()))).one()
    assert tuple(linked) == (3, 1)
    assert followers(mill) == []


def test_a_batch_of_equals_is_one_leader_and_followers(mill: Mill) -> None:
    first, *others = ask_many(mill, 1000)

    assert mill.state_of(first) is State.QUEUED
    assert set(states(mill, others[:3] + others[-3:])) == {State.WAITING}
    assert (in_line(mill), len(followers(mill))) == ([first], 999)


def test_what_is_not_equal_is_not_shared(mill: Mill) -> None:
    ask(mill)

    others = [
        ask(mill, input={"name": "stop"}),
        ask(mill, tenant_id=mill.add_tenant("other")),
        ask(mill, cache="off"),
        ask(mill, "test.noop", {}),
        ask(mill, "test.noop", {}),
    ]

    assert set(states(mill, others)) == {State.QUEUED}


def test_nobody_follows_who_did_not_say_so(mill: Mill) -> None:
    alone = ask(mill, cache="off")

    assert mill.state_of(ask(mill)) is State.QUEUED
    assert mill.state_of(alone) is State.QUEUED


def test_who_names_a_provider_does_not_take_the_answer_of_whomever_a_chain_turns_to(mill: Mill) -> None:
    ask(mill)

    named, also_named = ask(mill, provider="local"), ask(mill, provider="local")

    assert states(mill, [named, also_named]) == [State.QUEUED, State.WAITING]


def test_without_reuse_accepting_knows_nothing_of_flights(mill: Mill) -> None:
    statement = str(admit([draft(mill.request("shop.keep", {})), draft(mill.request("test.noop"))]).clause)

    assert not any(word in statement for word in ("flights", "waits", "reuse", "is_paid IS NOT TRUE"))


def test_cancelling_a_follower_touches_only_it(mill: Mill) -> None:
    leader, second, third = ask_many(mill, 3)

    with mill.db.unit_of_work() as connection:
        cancel(connection, mill.tenant, second)

    assert mill.sweeper.tick() == 0
    assert states(mill, [leader, second, third]) == [State.QUEUED, State.CANCELED, State.WAITING]
    assert followers(mill) == [third]


def test_a_follower_has_a_deadline_of_its_own(mill: Mill) -> None:
    leader, hasty = ask(mill), ask(mill, deadline_s=3600)
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE deadlines SET at = now()"))

    mill.sweeper.tick()

    assert states(mill, [leader, hasty]) == [State.QUEUED, State.FAILED]
    assert mill.job(hasty).error["code"] == "timeout"


def test_a_follower_is_answered_not_before_its_time(mill: Mill) -> None:
    leader, later = ask(mill, "shop.keep", {}), ask(mill, "shop.keep", {}, run_at=now() + timedelta(hours=1))

    mill.work_until_idle()

    assert states(mill, [leader, later]) == [State.SUCCEEDED, State.WAITING]
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE waits SET run_at = now()"))
    mill.work_until_idle()
    assert mill.state_of(later) is State.SUCCEEDED


def test_who_may_begin_earlier_does_not_wait_for_who_may_not(mill: Mill) -> None:
    tomorrow = now() + timedelta(days=1)
    booked, with_it = ask(mill, run_at=tomorrow), ask(mill, run_at=tomorrow)

    early, behind = ask(mill), ask(mill)

    assert states(mill, [booked, with_it, early, behind]) == [
        State.QUEUED,
        State.WAITING,
        State.QUEUED,
        State.WAITING,
    ]


def test_children_share_too_and_their_parents_go_on(mill: Mill) -> None:
    child = {"kind": "shop.keep", "input": {"text": "shared"}}
    flows = [ask(mill, "shop.gather", {"children": [child] * count}) for count in (2, 3)]

    mill.work_until_idle()

    assert [mill.job(flow).output for flow in flows] == [{"count": 2}, {"count": 3}]
    children = [row for flow in flows for row in mill.children(flow)]
    assert [row.state for row in children] == ["succeeded"] * 5
    assert [row.delivery for row in children].count(0) == 4


def test_a_draft_that_is_tried_again_does_not_follow_itself(mill: Mill) -> None:
    drafts = [draft(mill.request("shop.signal", SIGNAL, cache="reuse")) for _ in range(2)]
    for _ in range(2):
        with mill.db.unit_of_work() as connection:
            connection.execute(*admit(drafts))

    assert states(mill, [one.job_id for one in drafts]) == [State.QUEUED, State.WAITING]
    assert [len(mill.events(one.job_id)) for one in drafts] == [1, 2]


def test_nothing_is_due_while_a_leader_is_under_way(mill: Mill) -> None:
    leader, _ = ask_many(mill, 2)
    mill.turn()
    flight = FlightId(mill.tenant, mill.job(leader).fingerprint)

    with mill.db.unit_of_work() as connection:
        assert connection.execute(LANDED).all() == []
        assert land(connection, flight) == []
    assert mill.state_of(leader) is State.WAITING
