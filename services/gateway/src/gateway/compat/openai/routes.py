"""All routes of this surface."""

from __future__ import annotations

from fastapi import APIRouter

import gateway.compat.openai.chat.routes
import gateway.compat.openai.images.routes
import gateway.compat.openai.responses.routes
import gateway.compat.openai.speech.routes
import gateway.compat.openai.transcripts.routes
import gateway.compat.openai.videos.routes
from gateway.compat.openai import files, models

ROUTERS: tuple[APIRouter, ...] = (
    gateway.compat.openai.images.routes.router,
    gateway.compat.openai.speech.routes.router,
    gateway.compat.openai.transcripts.routes.router,
    gateway.compat.openai.videos.routes.router,
    gateway.compat.openai.chat.routes.router,
    gateway.compat.openai.responses.routes.router,
    models.router,
    files.router,
)
