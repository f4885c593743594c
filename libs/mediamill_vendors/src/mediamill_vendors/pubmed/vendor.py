"""PubMed's articles, asked for one at a time as NCBI wants to be asked: named, and no faster than it allows."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from mediamill.errors import NotFound, Permanent, Transient
from mediamill.settings import Settings, settings
from mediamill_vendors.kept import Answer
from mediamill_vendors.pubmed.reading import complaint, is_known, parse, records
from mediamill_vendors.pubmed.record import Record
from mediamill_vendors.pubmed.refusals import NotAnArticle, UnknownArticle
from mediamill_vendors.refusals import Problem, refused
from mediamill_vendors.wire import Line, prefix_of

ANSWER_S = 20.0
PLAIN_S: Final = 0.35
"""From one request to the next without a key: NCBI allows three in a second, and looks at it from its own side."""
KEYED_S: Final = 0.105
"""With a key: ten."""
_AGENT: Final = "Mediamill/1"


class PubMed:
    """A way to E-utilities that all threads of a process share.

    Each call is one request. It waits for nobody's turn: whoever asks keeps ``every_s`` between the requests of the
    whole installation.
    """

    name = "pubmed"

    def __init__(self, config: Settings) -> None:
        key = config.pubmed_api_key.get_secret_value()
        self._line = Line("PubMed", config.pubmed_base_url, _problem)
        self._prefix = prefix_of(config.pubmed_base_url)
        self._who = {"tool": config.pubmed_tool, "email": config.pubmed_email, "api_key": key}
        self.every_s = KEYED_S if key else PLAIN_S

    def fetch(self, pubmed_id: str) -> Record | None:
        """Give an article's record; ``None`` where PubMed gives none, which ``explain`` can tell more of.

        Raises ``RateLimited``, ``Transient`` or ``ProviderDown`` for what may be otherwise another time,
        ``NotAnArticle`` for a book.
        """
        root = self._ask("efetch", pubmed_id, rettype="abstract")
        record = next((found for found in records(root) if found.pubmed_id == pubmed_id), None)
        if record is None and root.find("PubmedBookArticle") is not None:
            raise NotAnArticle(f"PMID {pubmed_id}.")
        return record

    def explain(self, pubmed_id: str) -> UnknownArticle | Transient:
        """Tell why there was no record: the id is unknown, or the record alone is missing for the moment.

        Under load ``efetch`` answers with an empty set of articles; ``esummary`` has an index of its own.
        """
        if is_known(self._ask("esummary", pubmed_id, version="2.0")):
            return Transient(f"PubMed knows PMID {pubmed_id} and did not give its record.")
        return UnknownArticle(f"PMID {pubmed_id}.")

    def _ask(self, verb: str, pubmed_id: str, **more: str) -> Element:
        query = {"db": "pubmed", "id": pubmed_id, "retmode": "xml", **more, **self._who}
        path = f"{self._prefix}/{verb}.fcgi?{urlencode({name: value for name, value in query.items() if value})}"
        headers = {"accept": "text/xml", "user-agent": _AGENT}
        try:
            answer, _ = self._line.ask("GET", path, headers, b"", {"timeout": {"read": ANSWER_S}})
        except NotFound as error:
            raise refused(Permanent(error.detail)) from error
        root = parse(answer.body)
        if verb == "efetch" and (wrong := complaint(root)):
            raise Transient(f"PubMed says: {wrong[:300]}")
        return root


def _problem(answer: Answer) -> Problem:
    """Read what an answer that is no success says, in JSON, XML or a page for people; never what was asked with it."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Problem("more requests in a second than it allows")
    said = " ".join(answer.body[:2000].decode(errors="replace").split())
    begin, end = said.find("<ERROR>"), said.find("</ERROR>")
    return Problem(said[begin + 7 : end][:300] if 0 <= begin < end else said[:120])


@lru_cache(maxsize=1)
def pubmed() -> PubMed:
    """Give this process's way to PubMed."""
    return PubMed(settings())
