"""What comes together is written together, what comes alone at once, and everybody is told what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from gateway.group import MOST_AT_ONCE, Group

pytestmark = pytest.mark.anyio


class Writer:
    """Writes numbers down; the first group waits until it may go on."""

    def __init__(self) -> None:
        self.groups: list[int] = []
        self.may_go_on = asyncio.Event()

    async def write(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(len(numbers))
        await self.may_go_on.wait()
        if 13 in numbers:
            raise ValueError("not this one")
        return [-number for number in numbers]


async def test_what_comes_while_one_is_written_goes_together() -> None:
    writer = Writer()
    group = Group(writer.write)
    tasks = [asyncio.create_task(group.join(number)) for number in range(20, 25 + MOST_AT_ONCE)]
    await asyncio.sleep(0)
    writer.may_go_on.set()

    outcomes = await asyncio.gather(*tasks)

    assert outcomes == [-number for number in range(20, 25 + MOST_AT_ONCE)]
    assert writer.groups == [1, MOST_AT_ONCE, 4]


async def test_what_follows_closely_waits_for_more() -> None:
    writer = Writer()
    writer.may_go_on.set()
    group = Group(writer.write, apart_s=0.05)

    first = await group.join(1)
    others = await asyncio.gather(*(group.join(number) for number in (2, 3, 4)))

    assert (first, others, writer.groups) == (-1, [-2, -3, -4], [1, 3])


async def test_an_error_is_told_to_all_of_its_group_and_to_nobody_else() -> None:
    writer = Writer()
    group = Group(writer.write)
    tasks = [asyncio.create_task(group.join(number)) for number in (1, 12, 13)]
    await asyncio.sleep(0)
    writer.may_go_on.set()

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    after = await group.join(5)

    assert outcomes[0] == -1
    assert [type(outcome) for outcome in outcomes[1:]] == [ValueError, ValueError]
    assert after == -5


async def test_whoever_left_is_not_written() -> None:
    writer = Writer()
    group = Group(writer.write)
    first, second, third = (asyncio.create_task(group.join(number)) for number in (1, 2, 3))
    await asyncio.sleep(0)
    second.cancel()
    writer.may_go_on.set()

    outcomes = await asyncio.gather(first, third)

    assert (outcomes, writer.groups) == ([-1, -3], [1, 1])
