"""In whose words a job's webhook is told: our own, or those of the surface that the job came by.

A surface adds one function to ``DIALECTS`` and names it in the ``dialect`` of its jobs' webhooks; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy import RowMapping

from mediamill.clock import now
from mediamill.webhooks import ed25519, fal, message, openai, replicate

NATIVE = "native"


class Letter(NamedTuple):
    """A message as it is posted; every one is signed by Standard Webhooks besides."""

    body: bytes
    headers: Mapping[str, str] = {}
    """Beside those that every message has."""


Writer = Callable[[RowMapping], Letter]
"""Writes a message from a row of the courier: ``event_*``, ``job_*``, ``tenant_id`` and, but for native messages,
``told``: what the job logged and how far it came, as ``{type, at, data}``, oldest first."""


def _native(row: RowMapping) -> Letter:
    return Letter(message.body(row))


def _replicate(row: RowMapping) -> Letter:
    return Letter(replicate.body(row))


def _fal(row: RowMapping) -> Letter:
    body = fal.body(row)
    return Letter(body, ed25519.signed_headers(row["tenant_id"], row["job_id"], now(), body))


def _openai(row: RowMapping) -> Letter:
    return Letter(openai.body(row))


DIALECTS: Mapping[str, Writer] = {NATIVE: _native, "replicate": _replicate, "fal": _fal, "openai": _openai}


def letter(row: RowMapping) -> Letter:
    """Write a message in the words of its receiver; our own, if a newer gateway named others."""
    return DIALECTS.get(row["dialect"], _native)(row)
