"""Every error as RFC 9457 ``application/problem+json``, with no word about our insides."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mediamill.errors import InvalidInput, MediamillError, Unavailable
from mediamill.settings import settings

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
Loc = list[str | int]
_NO_SUCH_TABLE = "42P01"


class InvalidRequest(MediamillError):
    """The request does not fit the API."""

    code, status = "invalid-request", 422


class WrongField(BaseModel):
    """One thing that is wrong, and where."""

    loc: Loc = Field(description="path to the field", examples=[["input", "prompt"]])
    msg: str = Field(description="what is wrong with it", examples=["Field required"])


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "http://127.0.0.1:8080/problems/not-found",
                    "title": "There is nothing here by that id, or it belongs to someone else.",
                    "status": 404,
                    "detail": "Job 0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b.",
                    "code": "not-found",
                    "request_id": "0197a3b0-6a01-7d2e-9b3c-4d5e6f7a8b9c",
                }
            ]
        }
    )

    type: str = Field(description="a page about this kind of problem")
    title: str
    status: int
    detail: str
    code: str = Field(description="the last part of type, for programs")
    errors: list[WrongField] | None = Field(None, description="for 422: each wrong field")
    scope: Literal["job", "key", "tenant"] | None = Field(None, description="for out-of-budget: whose budget it is")
    limit: float | None = Field(
        None, description="for out-of-budget: USD, like the next three; for over-quota jobs, for over-storage bytes"
    )
    spent: float | None = None
    reserved: float | None = None
    wanted: float | None = None
    used: int | None = Field(None, description="for over-quota: jobs of this month")
    kept: int | None = Field(None, description="for over-storage: bytes of your assets")
    resets_at: str | None = Field(None, description="for over-quota: when the next month begins")
    request_id: str | None = Field(None, description="name this when you ask about it")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document that an operation may answer with these problems."""
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {}}}
        for status in sorted({401, 403, 503, *statuses})
    }


def problem(
    request: Request,
    status: int,
    *,
    code: str,
    title: str,
    detail: str,
    errors: Sequence[tuple[Sequence[str | int], str]] = (),
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Write a problem."""
    body: dict[str, Any] = {
        "type": f"{settings().public_url.rstrip('/')}/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = [{"loc": list(loc), "msg": msg} for loc, msg in errors]
    body |= facts or {}
    body["request_id"] = request.scope.get("request_id")
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every way out of the app that is not a success a problem."""
    app.add_exception_handler(MediamillError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DataError, _unstorable)
    for unreachable in (OperationalError, InterfaceError, PoolTimeout, DBAPIError):
        app.add_exception_handler(unreachable, _database)
    app.add_exception_handler(OSError, _disk)
    app.add_exception_handler(ClientDisconnect, _gone)


class LastResort:
    """Turns what nobody foresaw into a 500, inside of what names requests and lets pages of other origins read.

    A request that is cancelled since we stop becomes a 503, after which its client comes again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an answer that has begun can only be broken off."""
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        except (Exception, asyncio.CancelledError) as error:
            if begun or scope["type"] != "http":
                raise
            response = await self._told(Request(scope), error)
            await response(scope, receive, send)

    @staticmethod
    async def _told(request: Request, error: BaseException) -> JSONResponse:
        if isinstance(error, Exception):
            return await _unknown(request, error)
        if not request.app.state.edge.closing.is_set():
            raise error
        return await _known(request, Unavailable("This gateway stops, and took no more time for the request."))


async def _known(request: Request, error: Any) -> JSONResponse:
    headers: dict[str, str] = dict(getattr(error, "headers", {}))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after_s is not None or error.status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = str(max(1, round(error.retry_after_s or 5)))
    return problem(
        request,
        error.status,
        code=error.code,
        title=error.title(),
        detail=error.detail or error.title(),
        errors=error.errors,
        facts=error.facts,
        headers=headers,
    )


async def _invalid(request: Request, error: Any) -> JSONResponse:
    wrong = [(_without_body(item["loc"]), item["msg"]) for item in error.errors()]
    detail = "; ".join(f"{'.'.join(map(str, loc)) or 'body'}: {msg}" for loc, msg in wrong[:3])
    return await _known(request, InvalidRequest(f"{detail}.", errors=wrong))


def _without_body(loc: Sequence[str | int]) -> Loc:
    return list(loc[1:] if loc and loc[0] == "body" else loc)


async def _http(request: Request, error: Any) -> JSONResponse:
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-")
    detail = error.detail
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"There is no {request.url.path} here; see /docs."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{request.method} is not what {request.url.path} can do."
    return problem(request, error.status_code, code=code, title=phrase, detail=detail, headers=error.headers)


async def _database(request: Request, error: Exception) -> JSONResponse:
    """Tell a database that cannot be reached, or is not migrated yet, from a mistake of ours."""
    if not _unreachable(error):
        return await _unknown(request, error)
    log.warning("database unavailable: %s", type(getattr(error, "orig", None) or error).__name__)
    return await _known(request, Unavailable("The database does not answer."))


def _unreachable(error: Exception) -> bool:
    if isinstance(error, OperationalError | InterfaceError) or not isinstance(error, DBAPIError):
        return True
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) == _NO_SUCH_TABLE


async def _unstorable(request: Request, error: Exception) -> JSONResponse:
    return await _known(request, InvalidInput("It holds a value that cannot be stored."))


async def _disk(request: Request, error: Exception) -> JSONResponse:
    log.error("i/o failed", exc_info=error)
    return await _known(request, Unavailable("The store of assets does not answer."))


async def _gone(request: Request, error: Exception) -> JSONResponse:
    """Answer somebody who hung up; nobody reads it."""
    return problem(request, 400, code="client-disconnect", title="The client hung up.", detail="The body ended early.")


async def _unknown(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return await _known(request, MediamillError("It was logged under this request_id."))
