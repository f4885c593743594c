"""Which surfaces there are: their routes, and how each refuses."""

from __future__ import annotations

from fastapi import APIRouter

import gateway.compat.fal.routes
from gateway.compat.dialects import Dialect
from gateway.compat.fal.dialect import FalDialect

ROUTERS: tuple[APIRouter, ...] = (gateway.compat.fal.routes.router,)
DIALECTS: tuple[Dialect, ...] = (FalDialect(),)
UPLOADS: frozenset[str] = frozenset()
"""Paths whose bodies are streamed to the store, and not held to the limit of other bodies."""
