"""All routes of the surface."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.compat.replicate import files, library, predictions
from mediamill.webhooks.replicate import PREFIX

router = APIRouter(prefix=PREFIX, include_in_schema=False)
for part in (predictions, files, library):
    router.include_router(part.router)
