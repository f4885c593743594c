"""``python -m mediamill_testing.pubmed.server --port N``: E-utilities on loopback, until killed."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
import threading
from collections import deque
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple, Self
from urllib.parse import parse_qs
from xml.etree.ElementTree import Element, tostring

import uvicorn
from defusedxml.ElementTree import fromstring
from starlette.types import Receive, Scope, Send

from mediamill.clock import monotonic
from mediamill_testing.vendor.asgi import answer, body_of, cut

PREFIX = "/entrez/eutils"
BACKLOG = 256
XML = "text/xml; charset=UTF-8"
_PROLOGUE = b'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "pubmed.dtd">\n'
_TOO_FAST = {"error": "API rate limit exceeded", "count": "4", "limit": "3"}


@dataclass
class Faults:
    """How it misbehaves from now on."""

    throttled: int = 0
    """So many requests are answered 429 …"""
    retry_after_s: float | None = None
    """… and told to come back after so long, where this is set."""
    broken: int = 0
    """So many requests are answered 500."""
    away: int = 0
    """So many requests are answered 503."""
    hollow: int = 0
    """So many records are missing from the answer, as under load."""
    cut: int = 0
    """So many answers end in the middle."""
    slow_s: float = 0
    """Every answer comes so much later."""
    bombed: bool = False
    """Every record declares entities that grow beyond all bounds."""
    strict: bool = False
    """More than three requests within a second are refused, or ten with a key."""


class Asked(NamedTuple):
    """A request as it came."""

    at: float
    verb: str
    query: dict[str, str]


class Eutils:
    """The ASGI application."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.asked: list[Asked] = []
        self._lately: deque[float] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await body_of(receive)
        verb = scope["path"].removeprefix(f"{PREFIX}/").removesuffix(".fcgi")
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        self.asked.append(Asked(monotonic(), verb, query))
        await asyncio.sleep(self.faults.slow_s)
        if await self._refuses(query, send):
            return
        match verb:
            case "efetch":
                await self._fetch(query, send)
            case "esummary":
                await answer(send, 200, _summary(query["id"]), XML)
            case _:
                await answer(send, 404, b"<html>Not found</html>", "text/html")

    async def _refuses(self, query: dict[str, str], send: Send) -> bool:
        faults = self.faults
        if self._spend("throttled") or (faults.strict and self._is_too_fast(10 if query.get("api_key") else 3)):
            told = {} if faults.retry_after_s is None else {"retry_after": f"{faults.retry_after_s:g}"}
            await answer(send, 429, _TOO_FAST, **told)
            return True
        if self._spend("broken"):
            await answer(send, 500, b"<eFetchResult><ERROR>Search Backend failed</ERROR></eFetchResult>", XML)
            return True
        if self._spend("away"):
            await answer(send, 503, b"<html>Service unavailable</html>", "text/html")
            return True
        return False

    async def _fetch(self, query: dict[str, str], send: Send) -> None:
        found = None if self._spend("hollow") else articles().get(query["id"])
        body = b"<PubmedArticleSet>" + (b"" if found is None else tostring(found, "utf-8")) + b"</PubmedArticleSet>"
        if self._spend("cut"):
            await cut(send, 200, (_PROLOGUE + body)[:300], XML)
        elif self.faults.bombed:
            await answer(send, 200, _bomb(body), XML)
        else:
            await answer(send, 200, _PROLOGUE + body, XML)

    def _spend(self, fault: str) -> bool:
        """Tell whether a fault is due, and count it off."""
        left = getattr(self.faults, fault)
        setattr(self.faults, fault, max(0, left - 1))
        return bool(left)

    def _is_too_fast(self, most: int) -> bool:
        now = monotonic()
        while self._lately and now - self._lately[0] >= 1:
            self._lately.popleft()
        self._lately.append(now)
        return len(self._lately) > most


@cache
def articles() -> dict[str, Element]:
    """Give the records by their ids."""
    root = fromstring(resources.files("mediamill_testing.pubmed").joinpath("records.xml").read_bytes())
    return {str(found.findtext(".//PMID")): found for found in root}


def _summary(pubmed_id: str) -> bytes:
    if pubmed_id in articles():
        inner = f'<DocumentSummary uid="{pubmed_id}"><Title>It is there</Title></DocumentSummary>'
    else:
        inner = f'<DocumentSummary uid="{pubmed_id}"><error>cannot get document summary</error></DocumentSummary>'
    return f'<eSummaryResult><DocumentSummarySet status="OK">{inner}</DocumentSummarySet></eSummaryResult>'.encode()


def _bomb(body: bytes) -> bytes:
    entities = b'<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    return b"<!DOCTYPE PubmedArticleSet [" + entities + b"]>" + body.replace(b"</ArticleTitle>", b"&j;</ArticleTitle>")


class PubmedServer:
    """It, in a thread of this process."""

    def __init__(self, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}{PREFIX}"
        self.api = Eutils()
        config = uvicorn.Config(
            self.api, log_level="warning", lifespan="off", access_log=False, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="pubmed", daemon=True)

    @property
    def faults(self) -> Faults:
        """How it misbehaves."""
        return self.api.faults

    @property
    def asked(self) -> list[Asked]:
        """What it was asked, in order."""
        return self.api.asked

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that is to ask here."""
        return {"MEDIAMILL_PUBMED_BASE_URL": self.url, "MEDIAMILL_PUBMED_EMAIL": "tests@example.org"}

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def close(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()

    def serve(self) -> None:
        """Answer in this thread until killed."""
        self._server.run([self._socket])


def main() -> int:
    """Answer until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    PubmedServer(parser.parse_args().port).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
