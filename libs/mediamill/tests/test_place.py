"""Places in line against the turns that are really taken."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from mediamill.queues.fair import Candidate, TenantLine, Turns, next_batch
from mediamill.queues.place import Rounds, Share

TENANTS = [UUID(int=number << 96) for number in range(1, 8)]

shares = st.dictionaries(
    st.sampled_from(TENANTS), st.builds(Share, weight=st.integers(1, 5), jobs=st.integers(1, 30)), min_size=1
)
turns = st.builds(Turns, at=st.sampled_from(["", *map(str, TENANTS)]), left=st.integers(0, 5))


def line(tenant: UUID, share: Share, room: int = 1000) -> TenantLine:
    return TenantLine(share.weight, room, [Candidate(UUID(int=tenant.int + n), "k") for n in range(share.jobs)])


@settings(deadline=None)
@given(shares, turns)
def test_every_job_goes_at_the_place_that_was_told(found: dict[UUID, Share], begun: Turns) -> None:
    lines = {tenant: line(tenant, share) for tenant, share in found.items()}

    served = next_batch(lines, begun, 1000).jobs

    told = {
        candidate.job_id: Rounds(tenant, found, begun).place(ahead)
        for tenant, tenant_line in lines.items()
        for ahead, candidate in enumerate(tenant_line.jobs)
    }
    assert told == {job: place for place, job in enumerate(served)}


@settings(deadline=None)
@given(shares, turns, st.integers(0, 10))
def test_a_rival_at_its_limit_counts_only_for_what_may_go(found: dict[UUID, Share], begun: Turns, room: int) -> None:
    mine = min(found)
    lines = {tenant: line(tenant, share, 1000 if tenant == mine else room) for tenant, share in found.items()}

    served = next_batch(lines, begun, 1000).jobs

    may_go = {t: share if t == mine else Share(share.weight, min(room, share.jobs)) for t, share in found.items()}
    rounds = Rounds(mine, may_go, begun)
    assert [rounds.place(n) for n in range(found[mine].jobs)] == [served.index(c.job_id) for c in lines[mine].jobs]
