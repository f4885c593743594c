"""Values as the text of a file, always in the same way."""

from __future__ import annotations

import json
from typing import Any

import yaml

ORIGIN = "Written by `make manifests` from the queues' queue.toml files; edit those."


def as_yaml(value: dict[str, Any]) -> str:
    """Write YAML with a line that tells where it comes from, keys in the given order."""
    body = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
    return f"# {ORIGIN}\n{body}"


def as_json(value: dict[str, Any]) -> str:
    """Write JSON, two spaces deep, with a closing line break."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
