"""The repository obeys the house rules."""

from __future__ import annotations

import pytest

from house.every_rule import RULES
from house.ratchets import MEASURES, judge, recorded
from house.rule import sentence
from house.source import Source, sources


@pytest.fixture(scope="module")
def repository() -> list[Source]:
    return list(sources())


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_file_obeys(name: str, repository: list[Source]) -> None:
    check = RULES[name]

    found = [str(finding) for source in repository for finding in check(source)]

    assert not found, "\n".join([f"{name}: {sentence(check)}", *found])


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_nothing_grows_and_the_record_is_tight(name: str, repository: list[Source]) -> None:
    sizes = [size for source in repository for size in MEASURES[name](source)]

    assert judge(recorded()[name], sizes) is None


def test_the_record_names_each_measure() -> None:
    assert set(recorded()) == set(MEASURES)
