"""The routes that operators, load balancers and Prometheus ask."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BaseModel, Field

from gateway.edge import EdgeOf
from gateway.problems import Problem
from mediamill.db.revision import current, needed, serves
from mediamill.errors import MediamillError, NotFound, Unavailable
from mediamill.telemetry.meters import CONTENT_TYPE, Meters

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """That the process answers."""

    status: Literal["healthy"] = Field("healthy", examples=["healthy"])


class Ready(BaseModel):
    """That the process can do its work."""

    status: Literal["ready"] = "ready"
    revision: str = Field(description="of the database", examples=["0001"])


class ErrorKind(BaseModel):
    """What a kind of problem means."""

    code: str
    status: int
    title: str
    error_class: str = Field(description="transient: trying again may help")


@router.get("/health", summary="Is the process there?")
async def health() -> Health:
    """Answer, whatever else is broken."""
    return Health()


@router.get("/livez", summary="Is the process alive?")
async def livez() -> Health:
    """Answer; a process that does not should be restarted."""
    return Health()


@router.get("/readyz", summary="Can it do its work?", responses={503: {"model": Problem}})
async def readyz(edge: EdgeOf) -> Ready:
    """Answer 503 while the database is not reachable or not migrated, so that no request is sent here."""
    async with edge.look() as connection:
        revision = await connection.run_sync(current)
    if revision is None or not serves(revision):
        raise Unavailable(f"The database is at revision {revision}, this version needs {needed()}.")
    if edge.closing.is_set():
        raise Unavailable("This process is stopping.")
    return Ready(revision=revision)


@router.get("/metrics", summary="Metrics for Prometheus", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Give the metrics of this process as text; nothing where they are off."""
    meters: Meters | None = request.app.state.meters
    return Response(meters.page() if meters is not None else b"", media_type=CONTENT_TYPE)


@router.get("/docs", include_in_schema=False)
async def docs() -> Response:
    """Give a page that shows the API's description; it loads nothing from elsewhere."""
    return HTMLResponse(_DOCS, headers={"Content-Security-Policy": _OWN_ONLY})


@router.get("/problems/{code}", summary="What does a problem mean?", responses={404: {"model": Problem}})
async def explain(code: str) -> ErrorKind:
    """Tell what stands behind the ``type`` of a problem."""
    for error in _descendants(MediamillError):
        if error.code == code:
            return ErrorKind(code=code, status=error.status, title=error.title(), error_class=error.error_class.value)
    raise NotFound(f"No problem is called {code!r}.")


def _descendants(error: type[MediamillError]) -> list[type[MediamillError]]:
    return [error, *(found for child in error.__subclasses__() for found in _descendants(child))]


_DOCS = Path(__file__).with_name("docs.html").read_text("utf-8")
_OWN_ONLY = "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
