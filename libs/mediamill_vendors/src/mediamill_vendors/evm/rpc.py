"""A node's JSON-RPC: one request or many in one, and its refusals as errors of ours."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mediamill.errors import RateLimited, Transient
from mediamill_vendors.kept import Answer
from mediamill_vendors.refusals import Problem, refused
from mediamill_vendors.wire import Line

TOO_MANY = -32005
"""By which nodes that are paid for say that they were asked too often."""
AT_ONCE = 100
"""So many questions go into one request; hosted nodes take no more."""
_HEADERS = {"content-type": "application/json", "accept": "application/json"}


class Refused(Transient):
    """The node does not do that."""

    code = "chain-refused"

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        self.said = str(error.get("message", ""))
        self.data = error.get("data")
        super().__init__(f"{method}: {self.said or error}"[:500])


class Question(NamedTuple):
    """A method and its parameters."""

    method: str
    params: Sequence[Any] = ()


class Rpc:
    """The way to a node, for all threads of a process. Nothing is asked twice: that is for whoever asks."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._line = Line("the chain's node", url, _problem)
        self._path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        self._numbers = itertools.count(1)

    def ask(self, method: str, *params: Any) -> Any:
        """Ask one thing. Raises ``Refused``, ``RateLimited``, ``ProviderDown`` or ``Transient``."""
        return _result(Question(method, params), self._sent(self._numbered(Question(method, params))))

    def ask_all(self, questions: Sequence[Question]) -> list[Any]:
        """Ask many things at once and give the answers in their order; the first refusal is raised."""
        return [_result(question, answer) for question, answer in self._answers(questions)]

    def try_all(self, questions: Sequence[Question]) -> list[Any]:
        """The same, with ``None`` in the place of what the node refuses."""
        return [answer.get("result") for _, answer in self._answers(questions)]

    def close(self) -> None:
        """Let go of the connections."""
        self._line.close()

    def _answers(self, questions: Sequence[Question]) -> Iterator[tuple[Question, dict[str, Any]]]:
        for start in range(0, len(questions), AT_ONCE):
            some = questions[start : start + AT_ONCE]
            numbered = [self._numbered(question) for question in some]
            told = self._sent(numbered)
            by_number = {answer.get("id"): answer for answer in told} if isinstance(told, list) else {}
            for question, asked in zip(some, numbered, strict=True):
                if asked["id"] not in by_number:
                    raise Transient(f"The chain's node left {question.method} without an answer.")
                yield question, by_number[asked["id"]]

    def _numbered(self, question: Question) -> dict[str, Any]:
        return {
            "jsonrpc": "2.0",
            "id": next(self._numbers),
            "method": question.method,
            "params": list(question.params),
        }

    def _sent(self, body: Any) -> Any:
        answer, _ = self._line.ask("POST", self._path, _HEADERS, json.dumps(body).encode(), {})
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise Transient("The chain's node answered with something that is no JSON.") from error


def _result(question: Question, answer: Any) -> Any:
    if not isinstance(answer, dict) or not ("result" in answer or "error" in answer):
        raise Transient(f"The chain's node gave {question.method} no answer that can be read.")
    error = answer.get("error")
    if not error:
        return answer["result"]
    told = error if isinstance(error, dict) else {"message": str(error)}
    if told.get("code") == TOO_MANY:
        raise refused(RateLimited(str(told.get("message", ""))))
    raise Refused(question.method, told)


def _problem(answer: Answer) -> Problem:
    return Problem(answer.body[:300].decode(errors="replace"))
