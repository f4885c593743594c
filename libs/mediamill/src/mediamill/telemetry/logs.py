"""One JSON object a line on stderr, with the job and the tenant where there is one; never a key or a URL's secret."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

FIELDS = ("job_id", "tenant_id", "kind", "queue", "delivery", "attempt")
_SECRET = re.compile(r"(://[^:/@\s]*:)[^@/\s]+@|(\bmm_)[A-Za-z0-9_-]{6,}|(signature=)[^&\s\"]+")


def redact(text: str) -> str:
    """Hide passwords in URLs, API keys and signatures."""
    return _SECRET.sub(lambda m: f"{m[1]}***@" if m[1] else f"{m[2] or m[3]}***", text)


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self, component: str) -> None:
        super().__init__()
        self._component = component

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "component": self._component,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
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
