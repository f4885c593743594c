"""What the API answers when it cannot do what was asked."""

from __future__ import annotations

from typing import Any

from mill.errors import ExitCode, MillError


class Unreachable(MillError):
    """Nobody answers at the gateway's URL."""

    exit_code = ExitCode.NOT_RUNNING
    title = "The gateway does not answer"


class NoKey(MillError):
    """There is a URL but no key."""

    exit_code = ExitCode.USAGE
    title = "A key is needed"


class Problem(MillError):
    """The gateway refused: what its problem+json says."""

    def __init__(self, status: int, title: str, detail: str, errors: list[tuple[str, str]]) -> None:
        self.status = status
        self.problem_title = title
        self.errors = errors
        super().__init__(detail)

    @classmethod
    def read(cls, status: int, body: Any) -> Problem:
        """Read a problem+json body, or make do with whatever a proxy in between has sent."""
        if not isinstance(body, dict):
            return cls(status, f"HTTP {status}", str(body)[:500], [])
        items = body.get("errors") or []
        errors = [(".".join(map(str, item.get("loc", []))), str(item.get("msg", ""))) for item in items]
        return cls(status, str(body.get("title", f"HTTP {status}")), str(body.get("detail", "")), errors)
