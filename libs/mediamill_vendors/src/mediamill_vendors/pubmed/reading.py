"""E-utilities' XML as records. It comes from outside: nothing that it declares is expanded or fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mediamill.errors import Transient
from mediamill_vendors.pubmed.record import Author, Passage, Record, Withdrawal

LARGEST = 8_000_000
"""No record comes near to so many bytes; the longest lists of references fill two million."""
RETRACTED: Final = "D016441"
"""The publication type "Retracted Publication", by its number in MeSH."""
_SUPER = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUB = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_TRUNCATED = re.compile(r"\s*\(ABSTRACT TRUNCATED AT \d+ WORDS\)\s*$")
_YEAR = re.compile(r"\b(1[89]|20)\d\d\b")


def parse(body: bytes) -> Element:
    """Read an answer. Raises ``Transient`` for what is no XML, declares entities, or is larger than any record."""
    if len(body) > LARGEST:
        raise Transient(f"PubMed's answer has {len(body):,} bytes; at most {LARGEST:,} are read.")
    try:
        root: Element = fromstring(body, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Transient(f"PubMed's answer cannot be read: {type(error).__name__}.") from error
    return root


def complaint(root: Element) -> str:
    """Give what an answer says is wrong, which comes with the status of a success; empty where nothing is."""
    return next((_text(found) for tag in ("ERROR", "error") for found in root.iter(tag)), "")


def records(root: Element) -> Iterator[Record]:
    """Give the articles of an ``efetch`` answer; books and notes of deletion in it are passed over."""
    for found in root.iter("PubmedArticle"):
        citation = found.find("MedlineCitation")
        if citation is not None:
            yield _record(citation, found)


def is_known(root: Element) -> bool:
    """Tell whether an ``esummary`` answer holds a summary, and no complaint in its place."""
    return not complaint(root) and any(True for tag in ("DocumentSummary", "DocSum") for _ in root.iter(tag))


def _record(citation: Element, whole: Element) -> Record:
    article = _child(citation, "Article")
    issue = _child(article, "Journal/JournalIssue")
    types = tuple(article.iterfind("PublicationTypeList/PublicationType"))
    return Record(
        pubmed_id=_at(citation, "PMID"),
        title=_title(article),
        authors=tuple(_authors(article)),
        journal=_at(article, "Journal/Title"),
        journal_short=_at(article, "Journal/ISOAbbreviation") or _at(citation, "MedlineJournalInfo/MedlineTA"),
        year=_year(issue),
        volume=_at(issue, "Volume"),
        issue=_at(issue, "Issue"),
        pages=_at(article, "Pagination/MedlinePgn") or _at(article, "Pagination/StartPage"),
        doi=_doi(article, whole),
        language=_at(article, "Language"),
        types=tuple(_text(found) for found in types),
        abstract=tuple(_abstract(article)),
        withdrawal=_withdrawal(citation, types),
    )


def _title(article: Element) -> str:
    """Give the title; one that was translated stands in brackets, which are no part of it."""
    title = _at(article, "ArticleTitle") or _at(article, "VernacularTitle")
    found = re.fullmatch(r"\[(.*)\]\.?", title)
    return found[1] if found else title.rstrip(".")


def _authors(article: Element) -> Iterator[Author]:
    for found in article.iterfind("AuthorList/Author"):
        if found.get("ValidYN", "Y") == "N":
            continue
        name = _at(found, "LastName") or _at(found, "CollectiveName")
        suffix = _at(found, "Suffix")
        if name:
            yield Author(name, f"{_at(found, 'Initials')} {suffix}".strip())


def _year(issue: Element) -> str:
    told = _at(issue, "PubDate/Year") or _at(issue, "PubDate/MedlineDate")
    found = _YEAR.search(told)
    return found[0] if found else ""


def _doi(article: Element, whole: Element) -> str:
    told = [
        *(e for e in article.iterfind("ELocationID[@EIdType='doi']") if e.get("ValidYN", "Y") != "N"),
        *whole.iterfind("PubmedData/ArticleIdList/ArticleId[@IdType='doi']"),
    ]
    return next((text for found in told if (text := _text(found))), "")


def _abstract(article: Element) -> Iterator[Passage]:
    for found in article.iterfind("Abstract/AbstractText"):
        text = _TRUNCATED.sub("", _text(found))
        if text:
            yield Passage((found.get("Label") or found.get("NlmCategory") or "").strip(), text)


def _withdrawal(citation: Element, types: tuple[Element, ...]) -> Withdrawal | None:
    notices = citation.iterfind("CommentsCorrectionsList/CommentsCorrections[@RefType='RetractionIn']")
    notice = next(notices, None)
    if notice is not None:
        return Withdrawal(_at(notice, "RefSource"), _at(notice, "PMID"))
    return Withdrawal() if any(found.get("UI") == RETRACTED for found in types) else None


def _child(parent: Element, path: str) -> Element:
    found = parent.find(path)
    return Element("none") if found is None else found


def _at(parent: Element, path: str) -> str:
    found = parent.find(path)
    return "" if found is None else _text(found)


def _text(element: Element) -> str:
    """Give what a reader sees, on one line; raised and lowered digits stay raised and lowered, or 10⁹ were 109."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Element) -> Iterator[str]:
    """Walk an element without recursion, since how deep it goes is up to whoever wrote it."""
    stack: list[tuple[Element, str] | str] = [(element, "")]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
            continue
        inner, how = top
        how = {"sup": "sup", "sub": "sub"}.get(inner.tag, how)
        for child in reversed(inner):
            stack += [_placed(child.tail or "", how), (child, how)]
        stack.append(_placed(inner.text or "", how))


def _placed(text: str, how: str) -> str:
    return text.translate(_SUPER if how == "sup" else _SUB) if how else text
