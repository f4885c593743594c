"""Which surfaces there are: their routes, and how each refuses."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.compat.dialects import Dialect

ROUTERS: tuple[APIRouter, ...] = ()
DIALECTS: tuple[Dialect, ...] = ()
UPLOADS: frozenset[str] = frozenset()
"""Paths whose bodies are streamed to the store, and not held to the limit of other bodies."""
