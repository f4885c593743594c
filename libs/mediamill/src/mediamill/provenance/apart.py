"""Has a child process read what comes from outside: it has a minute, little memory, no secrets but those it needs.

The C2PA library is native code that parses whatever it is given; what ends it ends that child and nothing else.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pydantic import BaseModel, ValidationError

from mediamill.errors import MediamillError
from mediamill.processes import child
from mediamill.provenance.identity import Identity
from mediamill.provenance.order import ReadOrder, SignApart, SignOrder
from mediamill.provenance.report import Credentials

PATIENCE_S = 60.0
_PROGRAM = (sys.executable, "-I", "-m", "mediamill.provenance")
_SAID = 300


class Broken(MediamillError):
    """The credentials in a file cannot be read to their end."""

    code, status = "unreadable-credentials", 422


def read_apart(path: Path, media_type: str, roots: str) -> Credentials:
    """Read the credentials of a file from anywhere. Raises ``Broken``."""
    answer = _run("read", ReadOrder(path=path, media_type=media_type, roots=roots))
    try:
        return Credentials.model_validate_json(answer)
    except ValidationError:
        raise Broken("The child process answered with something else.") from None


def sign_apart(order: SignOrder, identity: Identity) -> None:
    """Sign a file that was made of files from anywhere. Raises ``Broken``."""
    _run("sign", SignApart(order=order, identity=identity))


def _run(verb: str, order: BaseModel) -> bytes:
    pipe = subprocess.PIPE
    with child([*_PROGRAM, verb], env={}, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            answer, complaint = process.communicate(order.model_dump_json().encode(), PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise Broken(f"It takes longer than {PATIENCE_S:.0f} s.") from None
        code = process.returncode
    if code:
        said = complaint.decode(errors="replace").strip()[-_SAID:]
        raise Broken(said or f"The child process ended with {code}.")
    return answer
