"""PubMed is asked once per call and named to, and what it answers is read as what it is, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
from pydantic import SecretStr

from mediamill.errors import JobError, Permanent, ProviderDown, RateLimited, Transient
from mediamill.settings import Settings
from mediamill_testing.pubmed.server import PubmedServer, articles
from mediamill_vendors.pubmed.reading import LARGEST, parse, records
from mediamill_vendors.pubmed.record import Passage, Record, Withdrawal
from mediamill_vendors.pubmed.refusals import NotAnArticle, UnknownArticle
from mediamill_vendors.pubmed.vendor import PubMed, pubmed

UNKNOWN, BOOK = "12345", "90000006"


def fetched(pubmed_id: str) -> Record:
    found = pubmed().fetch(pubmed_id)
    assert found is not None
    return found


def read(xml: str) -> Record:
    return next(records(parse(f"<PubmedArticleSet>{xml}</PubmedArticleSet>".encode())))


def article(title: str = "T", abstract: str = "", more: str = "") -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>{title}</ArticleTitle>"
        f"<Abstract>{abstract}</Abstract></Article>{more}</MedlineCitation></PubmedArticle>"
    )


def test_a_record_holds_all_that_a_citation_and_a_film_need(pubmed_server: PubmedServer) -> None:
    found = fetched("90000002")

    assert found.title == "Grab rails and falls in older adults living at home: a cluster-randomised trial"
    assert list(map(str, found.authors))[-2:] == ["Ferrer J", "the HOLD ON Study Group"]
    assert (found.journal, found.journal_short) == ("Sample Reports in Public Health", "Sample Rep Public Health")
    assert (found.year, found.volume, found.issue, found.pages) == ("2023", "7", "11", "e1044")
    assert (found.doi, found.language, found.withdrawal) == ("10.5555/mm.2023.0002", "eng", None)
    assert [passage.label for passage in found.abstract][2] == "DESIGN, SETTING, AND PARTICIPANTS"
    assert "(18.4% vs 26.9%; odds ratio, 0.62; 95% CI, 0.49-0.78)" in found.abstract[4].text


def test_raised_and_lowered_digits_stay_what_they_are(pubmed_server: PubmedServer) -> None:
    text = fetched("90000007").abstract[0].text

    assert "CO₂" in text
    assert "(kg/m²)" in text
    assert "(10⁹/L)" in text


def test_a_translated_title_loses_its_brackets_and_a_span_of_years_begins_with_its_first(
    pubmed_server: PubmedServer,
) -> None:
    found = fetched("90000008")

    assert (found.title, found.year) == ("Bicycle lessons for adults: who learns to ride?", "1998")
    assert [str(author) for author in found.authors] == ["Groupe Exemple Vélo", "Lefèvre C"]
    assert (found.language, found.doi) == ("fre", "")


def test_every_record_of_the_server_can_be_read(pubmed_server: PubmedServer) -> None:
    found = [fetched(pubmed_id) for pubmed_id in articles() if pubmed_id != BOOK]

    assert len(found) == 13
    assert all(record.title and record.authors and record.journal and record.year for record in found)
    assert [record.pubmed_id for record in found if not record.abstract] == ["90000004", "90000013"]
    assert fetched("90000012").abstract == (Passage("", fetched("90000012").abstract[0].text),)
    assert "TRUNCATED" not in fetched("90000012").abstract[0].text


def test_a_retracted_article_says_so_and_where_that_is_told(pubmed_server: PubmedServer) -> None:
    assert fetched("90000005").withdrawal == Withdrawal("Ann Worked Ex. 2020 Jun;2(2):150", "90000013")
    assert fetched("90000013").withdrawal is None


def test_an_unknown_id_is_told_from_a_record_that_is_missing_for_the_moment(pubmed_server: PubmedServer) -> None:
    pubmed_server.faults.hollow = 1

    assert pubmed().fetch("90000001") is None
    assert type(pubmed().explain("90000001")) is Transient
    assert pubmed().fetch(UNKNOWN) is None
    assert type(pubmed().explain(UNKNOWN)) is UnknownArticle


def test_a_book_is_no_article(pubmed_server: PubmedServer) -> None:
    with pytest.raises(NotAnArticle, match=BOOK):
        pubmed().fetch(BOOK)


def test_whoever_asks_gives_a_name_and_an_address_and_a_key_if_there_is_one(pubmed_server: PubmedServer) -> None:
    keyed = PubMed(Settings(pubmed_base_url=pubmed_server.url, pubmed_api_key=SecretStr("s3cret")))

    pubmed().fetch("90000001")
    keyed.fetch("90000001")

    plain, other = (asked.query for asked in pubmed_server.asked)
    assert (plain["tool"], plain["email"], plain["db"]) == ("mediamill", "tests@example.org", "pubmed")
    assert "api_key" not in plain
    assert other["api_key"] == "s3cret"
    assert 1 / pubmed().every_s < 3 < 1 / keyed.every_s < 10


@pytest.mark.parametrize(
    ("fault", "error"),
    [("throttled", RateLimited), ("broken", Transient), ("away", ProviderDown), ("cut", Transient)],
)
def test_what_goes_wrong_is_an_error_of_ours_and_nothing_is_asked_twice(
    pubmed_server: PubmedServer, fault: str, error: type[JobError]
) -> None:
    setattr(pubmed_server.faults, fault, 1)

    with pytest.raises(error) as raised:
        pubmed().fetch("90000001")

    assert type(raised.value) is error
    assert len(pubmed_server.asked) == 1


def test_a_refusal_tells_how_long_to_stay_away(pubmed_server: PubmedServer) -> None:
    pubmed_server.faults.throttled, pubmed_server.faults.retry_after_s = 1, 7

    with pytest.raises(RateLimited) as raised:
        pubmed().fetch("90000001")

    assert raised.value.retry_after_s == 7


def test_an_answer_that_would_grow_beyond_all_bounds_is_not_expanded(pubmed_server: PubmedServer) -> None:
    pubmed_server.faults.bombed = True

    with pytest.raises(Transient, match="cannot be read: EntitiesForbidden"):
        pubmed().fetch("90000001")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><p>Down for maintenance",
        b"\x00\xff\xfe",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b"<a/>" + b" " * LARGEST,
    ],
)
def test_what_is_no_record_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(Transient, match="PubMed's answer"):
        parse(body)


def test_a_record_that_goes_very_deep_or_holds_almost_nothing_is_read_as_it_is() -> None:
    deep = read(article(abstract=f"<AbstractText>{'<i>' * 9000}deep{'</i>' * 9000} end</AbstractText>"))
    bare = next(records(parse(b"<s><PubmedArticle><MedlineCitation/></PubmedArticle></s>")))

    assert deep.abstract[0].text == "deep end"
    assert (bare.pubmed_id, bare.title, bare.authors, bare.abstract) == ("", "", (), ())


def test_authors_that_a_correction_took_back_and_invalid_dois_are_left_out() -> None:
    xml = (
        "<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle/>"
        "<VernacularTitle>Ein Titel.</VernacularTitle><ELocationID EIdType='doi' ValidYN='N'>10.1/wrong</ELocationID>"
        "<AuthorList><Author ValidYN='N'><LastName>Old</LastName></Author>"
        "<Author><LastName>New</LastName><Initials>N</Initials><Suffix>Jr</Suffix></Author></AuthorList></Article>"
        "</MedlineCitation></PubmedArticle>"
    )

    found = read(xml)

    assert (found.title, found.doi, [str(author) for author in found.authors]) == ("Ein Titel", "", ["New N Jr"])


@pytest.mark.parametrize("make", [lambda: Element("eFetchResult"), lambda: parse(b"<eFetchResult/>")])
def test_an_answer_without_articles_has_no_records(make: Callable[[], Element]) -> None:
    assert list(records(make())) == []


def test_a_wrong_address_is_not_tried_again(pubmed_server: PubmedServer) -> None:
    lost = PubMed(Settings(pubmed_base_url=f"{pubmed_server.url}/elsewhere"))

    with pytest.raises(Permanent):
        lost.fetch("90000001")
