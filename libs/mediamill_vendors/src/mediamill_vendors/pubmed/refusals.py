"""Why an article cannot be had; each is what a user is told."""

from __future__ import annotations

from mediamill.errors import Permanent


class UnknownArticle(Permanent):
    """PubMed has no article with this id."""

    code, status = "unknown-article", 404


class NotAnArticle(Permanent):
    """PubMed has a book or a chapter of one under this id, and no article."""

    code = "not-an-article"


class RetractedArticle(Permanent):
    """The article was retracted: what it says is no longer held to be true by those who published it."""

    code = "retracted-article"


class NoAbstract(Permanent):
    """PubMed has no abstract of this article."""

    code = "no-abstract"
