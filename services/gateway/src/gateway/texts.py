"""The texts of answers that have a form: times, ids."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

_AT = "2026-11-24T12:00:00.000Z"
_ID = "0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b"

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=[_AT])]
"""UTC, ISO-8601, with milliseconds."""

Id = Annotated[str, Field(json_schema_extra={"format": "uuid"}, examples=[_ID])]
"""A UUIDv7."""

Json = dict[str, Any]
