"""Keeping content on IPFS: a Kubo node is given the bytes, and must address them as we have."""

from __future__ import annotations

import json
import secrets
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from mediamill.errors import Permanent, Transient
from mediamill.settings import settings
from mediamill_vendors.kept import Answer
from mediamill_vendors.refusals import Problem
from mediamill_vendors.wire import Line, prefix_of

MOST_BYTES = 500_000_000
"""Larger media are refused: they would be in memory as a whole."""
ANSWER_S = 120.0
_WANTED = "cid-version=1&raw-leaves=true&chunker=size-262144&pin=true&quieter=true"


class Pinner:
    """The way to a pinning node."""

    def __init__(self, url: str) -> None:
        self._line = Line("the pinning node", url, _problem)
        self._path = f"{prefix_of(urlsplit(url)._replace(query='').geturl())}/api/v0/add?{_WANTED}"

    def pin(self, file: Path, cid: str) -> str:
        """Have a file kept under its CID, and give that. To do it again changes nothing.

        Raises ``Permanent`` when the node addresses it otherwise: then nobody would find it by its token.
        """
        if file.stat().st_size > MOST_BYTES:
            raise Permanent(f"Media of more than {MOST_BYTES:,} bytes are not pinned.")
        boundary = secrets.token_hex(16)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
        kind = "Content-Type: application/octet-stream\r\n\r\n"
        body = f"{head}{kind}".encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        answer, _ = self._line.ask("POST", self._path, headers, body, {"timeout": {"read": ANSWER_S}})
        try:
            told = str(json.loads(answer.body.splitlines()[-1])["Hash"])
        except (ValueError, KeyError, IndexError) as error:
            raise Transient("The pinning node's answer cannot be read.") from error
        if told != cid:
            raise Permanent(f"The pinning node keeps {cid} as {told}; its settings must be those of plain 'ipfs add'.")
        return told


def _problem(answer: Answer) -> Problem:
    return Problem(answer.body[:300].decode(errors="replace"))


@lru_cache(maxsize=1)
def pinner() -> Pinner | None:
    """Give this process's way to its pinning node, if the settings name one."""
    url = settings().ipfs_api_url.get_secret_value()
    return Pinner(url) if url else None
