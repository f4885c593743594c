"""Articles from PubMed, which says where they are from as citations do."""

from __future__ import annotations

from mediamill.handlers.context import Context
from mediamill_media.text.papers.contract import Article, Citation, FetchArticle, Passage
from mediamill_vendors.pubmed.record import Author, Record
from mediamill_vendors.pubmed.refusals import NoAbstract, RetractedArticle
from mediamill_vendors.pubmed.vendor import pubmed

PAGE = "https://pubmed.ncbi.nlm.nih.gov/{}/"
_NAMED, _NAMED_SHORT = 6, 2


class Fetching:
    """PubMed's way to serve ``text.article``."""

    provider = "pubmed"

    def serve(self, ctx: Context, ask: FetchArticle) -> Article:
        """Fetch the article, once; what should not be told on is refused."""
        return ctx.step("fetch", fetch, ctx, ask)


def fetch(ctx: Context, ask: FetchArticle) -> Article:
    """Give the article. Raises ``UnknownArticle``, ``NotAnArticle``, ``RetractedArticle`` or ``NoAbstract``."""
    way = pubmed()
    record = ctx.paced(way.name, way.every_s, lambda: way.fetch(ask.pubmed_id))
    if record is None:
        raise ctx.paced(way.name, way.every_s, lambda: way.explain(ask.pubmed_id))
    return article_of(record)


def article_of(record: Record) -> Article:
    """Make an article of a record. Raises ``RetractedArticle`` or ``NoAbstract`` for one that nobody should film."""
    if record.withdrawal is not None:
        notice = f" Notice: {record.withdrawal.where}" if record.withdrawal.where else ""
        pubmed_id = f" PMID {record.withdrawal.pubmed_id}" if record.withdrawal.pubmed_id else ""
        raise RetractedArticle(f"“{record.title}”, PMID {record.pubmed_id}.{notice}{pubmed_id}".strip())
    if not record.abstract:
        kind = f" ({', '.join(record.types)})" if record.types else ""
        raise NoAbstract(f"“{record.title}”{kind}, PMID {record.pubmed_id}.")
    return Article(
        citation=citation_of(record),
        passages=tuple(Passage(label=found.label[:120], text=found.text[:20_000]) for found in record.abstract),
    )


def citation_of(record: Record) -> Citation:
    """Say where an article is from, in a line and in full."""
    return Citation(
        pubmed_id=record.pubmed_id,
        title=record.title,
        authors=tuple(map(str, record.authors)),
        journal=record.journal or record.journal_short,
        year=record.year,
        doi=record.doi,
        short=_joined(_listed(record.authors, _NAMED_SHORT), record.journal_short or record.journal, record.year),
        full=_full(record),
        url=PAGE.format(record.pubmed_id),
    )


def _full(record: Record) -> str:
    """Write it as Vancouver style does: authors, title, journal, year;volume(issue):pages, DOI, PMID."""
    issue = f"({record.issue})" if record.issue else ""
    place = f"{record.volume}{issue}" + (f":{record.pages}" if record.pages else "")
    when = ";".join(part for part in (record.year, place) if part)
    doi = f"doi:{record.doi}" if record.doi else ""
    journal = record.journal_short or record.journal
    named = _listed(record.authors, _NAMED)
    return _joined(named, record.title, journal, when, doi, f"PMID: {record.pubmed_id}") + "."


def _listed(authors: tuple[Author, ...], most: int) -> str:
    """Name so many authors, and say that there are more: who would be left out alone is named instead."""
    if len(authors) <= most + 1:
        return ", ".join(map(str, authors))
    return ", ".join([*map(str, authors[:most]), "et al"])


def _joined(*parts: str) -> str:
    return ". ".join(part.rstrip(".") for part in parts if part)


LINKS = {"text.article": Fetching()}
