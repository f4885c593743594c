"""Which surfaces there are: their routes, and how each refuses."""

from __future__ import annotations

from fastapi import APIRouter

import gateway.compat.fal.routes
import gateway.compat.openai.files
import gateway.compat.openai.forms
import gateway.compat.openai.routes
import gateway.compat.replicate.files
import gateway.compat.replicate.routes
from gateway.compat.dialects import Dialect
from gateway.compat.fal.dialect import FalDialect
from gateway.compat.openai.dialect import OpenAI
from gateway.compat.replicate.dialect import Replicate

ROUTERS: tuple[APIRouter, ...] = (
    gateway.compat.fal.routes.router,
    *gateway.compat.openai.routes.ROUTERS,
    gateway.compat.replicate.routes.router,
)
DIALECTS: tuple[Dialect, ...] = (FalDialect(), OpenAI(), Replicate())
UPLOADS: frozenset[str] = frozenset(
    {gateway.compat.openai.files.UPLOAD_PATH, gateway.compat.replicate.files.UPLOAD_PATH}
)
"""Paths whose bodies are streamed to the store, and not held to the limit of other bodies."""
FORMS: frozenset[str] = gateway.compat.openai.forms.PATHS
"""Paths whose bodies hold files beside what is said of them, and have a limit of their own."""
