"""Articles come from PubMed once, in turn, and what should not be told on is refused with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from pydantic import ValidationError

from mediamill.errors import Permanent
from mediamill_media.text.papers.contract import FetchArticle
from mediamill_media.text.providers.pubmed import Fetching, citation_of
from mediamill_testing.desk import DeskContext
from mediamill_testing.harness import Mill
from mediamill_testing.pubmed.server import PubmedServer
from mediamill_vendors.pubmed.record import Author, Record

MillOf = Callable[[str], Mill]


def ended(mill: Mill, pubmed_id: object) -> tuple[str, str, str]:
    job_id = mill.accept("text.article", {"pubmed_id": pubmed_id})
    mill.work_until_ended(job_id)
    job = mill.job(job_id)
    return job.state, (job.error or {}).get("code", ""), (job.error or {}).get("message", "")


def test_an_article_comes_with_its_abstract_and_its_citation(mill_of: MillOf, pubmed_server: PubmedServer) -> None:
    mill = mill_of("text")
    job_id = mill.accept("text.article", {"pubmed_id": "90000001"})

    mill.work_until_ended(job_id)

    output = mill.job(job_id).output
    assert [passage["label"] for passage in output["passages"]][:2] == ["BACKGROUND", "METHODS"]
    assert output["citation"]["short"] == "Marlowe I, Okonjo T, et al. Ex J Clin Trials. 2024"
    assert output["citation"]["full"] == (
        "Marlowe I, Okonjo T, Vasari LM, Hale P. Evening walks and sleep in office workers: a randomised controlled "
        "trial. Ex J Clin Trials. 2024;12(3):201-210. doi:10.5555/mm.2024.0001. PMID: 90000001."
    )
    assert output["citation"]["url"] == "https://pubmed.ncbi.nlm.nih.gov/90000001/"
    assert [asked.verb for asked in pubmed_server.asked] == ["efetch"]


def test_a_refusal_is_the_end_of_the_job_and_says_why(mill_of: MillOf, pubmed_server: PubmedServer) -> None:
    state, code, message = ended(mill_of("text"), "12345")

    assert (state, code) == ("failed", "unknown-article")
    assert message == "PubMed has no article with this id. PMID 12345."
    assert [asked.verb for asked in pubmed_server.asked] == ["efetch", "esummary"]


@pytest.mark.parametrize(
    ("pubmed_id", "code", "says"),
    [
        ("90000004", "no-abstract", "“What we learn from trials that find nothing” (Editorial), PMID 90000004."),
        ("90000005", "retracted-article", "Notice: Ann Worked Ex. 2020 Jun;2(2):150 PMID 90000013"),
        ("90000006", "not-an-article", "a book or a chapter of one"),
    ],
)
def test_what_cannot_be_told_on_is_refused_with_its_reason(
    desk: DeskContext, pubmed_server: PubmedServer, pubmed_id: str, code: str, says: str
) -> None:
    with pytest.raises(Permanent, match=re.escape(says)) as raised:
        Fetching().serve(desk, FetchArticle(pubmed_id=pubmed_id))

    assert raised.value.code == code


def test_a_busy_pubmed_is_waited_for_and_asked_again(mill_of: MillOf, pubmed_server: PubmedServer) -> None:
    pubmed_server.faults.throttled, pubmed_server.faults.retry_after_s = 1, 0.6
    pubmed_server.faults.away = pubmed_server.faults.hollow = 1

    state, _, message = ended(mill_of("text"), "90000003")

    first, second = pubmed_server.asked[:2]
    assert (state, message) == ("succeeded", "")
    assert second.at - first.at >= 0.6
    assert [asked.verb for asked in pubmed_server.asked] == ["efetch", "efetch", "efetch", "esummary", "efetch"]


def test_many_articles_are_asked_for_no_faster_than_ncbi_allows(mill_of: MillOf, pubmed_server: PubmedServer) -> None:
    mill = mill_of("text")
    pubmed_server.faults.strict = True
    jobs = [mill.accept("text.article", {"pubmed_id": f"9000000{n}"}) for n in (1, 2, 3, 7, 8, 9)]

    mill.work_until_idle()

    asked = [one.at for one in pubmed_server.asked]
    assert [mill.state_of(job) for job in jobs] == ["succeeded"] * 6
    assert [mill.job(job).attempt for job in jobs] == [1] * 6
    assert all(after - before > 0.3 for before, after in pairwise(asked))


@pytest.mark.parametrize("wrong", ["", "0", "-3", "PMC123", "1e5", "12345678901", 1.5, True, None])
def test_what_is_no_id_is_refused_before_anything_is_queued(wrong: object) -> None:
    with pytest.raises(ValidationError, match="pubmed_id"):
        FetchArticle.model_validate({"pubmed_id": wrong})


@pytest.mark.parametrize("given", [90000003, "90000003", " PMID: 90000003 "])
def test_an_id_may_be_written_as_people_write_it(given: object) -> None:
    assert FetchArticle.model_validate({"pubmed_id": given}).pubmed_id == "90000003"


def test_a_citation_leaves_out_what_is_not_known() -> None:
    authors = tuple(Author(f"Name{n}", "A") for n in range(9))
    bare = Record("7", "A title?", authors[:1], "", "J Ex", "", "", "", "", "", "", (), ())

    assert citation_of(bare).full == "Name0 A. A title?. J Ex. PMID: 7."
    assert citation_of(bare._replace(authors=authors, year="2020")).short == "Name0 A, Name1 A, et al. J Ex. 2020"
    assert citation_of(bare._replace(authors=authors)).full.startswith("Name0 A, Name1 A, Name2 A, Name3 A, Name4 A")
    assert "Name6" not in citation_of(bare._replace(authors=authors)).full
    assert citation_of(bare._replace(authors=authors[:3])).short.startswith("Name0 A, Name1 A, Name2 A. J Ex")
