"""All routes of this surface."""

from __future__ import annotations

from fastapi import APIRouter

import gateway.compat.openai.chat.routes
import gateway.compat.openai.images.routes
import gateway.compat.openai.responses.routes
import gateway.compat.openai.speech.routes
import gateway.compat.openai.videos.routes
from gateway.compat.openai import files, models

router = APIRouter()
for part in (
    gateway.compat.openai.images.routes,
    gateway.compat.openai.speech.routes,
    gateway.compat.openai.videos.routes,
    gateway.compat.openai.chat.routes,
    gateway.compat.openai.responses.routes,
    models,
    files,
):
    router.include_router(part.router)
