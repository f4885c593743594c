"""One JSON object a line on stderr, with the job, the tenant and the trace where there are any; never a secret."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from mediamill.telemetry import traces
from mediamill.telemetry.redaction import redact

__all__ = ["FIELDS", "JsonLines", "Subject", "configure_logs", "redact", "subject"]

FIELDS = ("job_id", "tenant_id", "kind", "queue", "delivery", "attempt")


class Subject(NamedTuple):
    """The job that a thread works on."""

    job_id: UUID
    tenant_id: UUID
    kind: str
    queue: str
    delivery: int
    attempt: int
    traceparent: str | None = None


subject: ContextVar[Subject | None] = ContextVar("mediamill_subject", default=None)
"""What every line is about that is logged here; nobody writes it out before a line is."""


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self, component: str) -> None:
        super().__init__()
        self._component = component

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        about = subject.get()
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "component": self._component,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        for name in FIELDS:
            if (value := getattr(record, name, getattr(about, name, None))) is not None:
                line[name] = value
        context = traces.current_context() or traces.read(about.traceparent if about else None)
        if context is not None:
            line |= {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logs(component: str, level: int = logging.INFO) -> None:
    """Send every log of this process to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(component))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
