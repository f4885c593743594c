"""A prediction as Replicate lists it and sends it, as far as we read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from mediamill.errors import Permanent
from mediamill.providers.protocol import Ended, Failure
from mediamill_vendors.refusals import failed


class Listed(BaseModel):
    """A prediction."""

    id: str
    status: str
    model: str = ""
    input: Any = None
    output: Any = None
    error: str | None = None
    webhook: str | None = None
    created_at: datetime | None = None

    def ended(self) -> list[Ended]:
        """Give how it ended, or nothing while it goes on."""
        match self.status:
            case "succeeded":
                return [Ended(id=self.id, output=self.output)]
            case "failed":
                return [Ended(id=self.id, failure=Failure.of(failed(self.error)))]
            case "canceled" | "aborted":
                return [Ended(id=self.id, failure=Failure.of(Permanent("It was canceled at the vendor.")))]
            case _:
                return []


class Page(BaseModel):
    """A page of the list, newest first; ``next`` is an absolute URL."""

    results: list[Listed]
    next: str | None = None
