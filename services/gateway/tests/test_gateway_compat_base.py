"""What every surface shares: names of models, capabilities, refusals in another dialect."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.compat import capability
from gateway.compat.catalogue import Catalogue, UnknownModel
from gateway.compat.dialects import Dialects, Refusal
from gateway.compat.retries import earlier
from gateway.problems import Problem, problem
from mediamill.clock import now
from mediamill.errors import Forbidden
from mediamill.events.model import Event
from mediamill.jobs.model import Job, Line
from mediamill_testing.harness import Mill, engine_registry


class Shout:
    prefix = "/shout/"

    def refuse(self, problem: Problem) -> Refusal:
        return Refusal(418, problem.detail.upper().encode(), "text/plain", {"x-code": problem.code})


def test_a_model_is_found_by_its_path_its_bare_name_its_kind_and_its_alias() -> None:
    catalogue = Catalogue(engine_registry(), {"acme/nothing": "test.noop"})

    found = [catalogue.model(name).kind.name for name in ("mediamill/test-noop", "test-noop", "test.noop")]

    assert found == ["test.noop"] * 3
    assert catalogue.model("acme/nothing").kind.name == "test.noop"
    assert catalogue.model_of("test.noop").path == "mediamill/test-noop"


def test_an_unknown_model_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(UnknownModel, match="mediamill/test-noop"):
        Catalogue(engine_registry(), {}).model("acme/anything")


def test_a_capability_opens_its_own_job_for_its_own_purpose() -> None:
    tenant, job = uuid4(), uuid4()

    word = capability.grant("stream", tenant, job)

    assert capability.opened("stream", word) == (tenant, job)
    with pytest.raises(Forbidden):
        capability.opened("response", word)


@pytest.mark.parametrize("word", ["", "x", "a.b.c.d", "....", "00.00.99999999999.0"])
def test_a_word_that_nobody_granted_opens_nothing(word: str) -> None:
    with pytest.raises(Forbidden):
        capability.opened("stream", word)


def test_a_changed_capability_opens_nothing() -> None:
    word = capability.grant("stream", uuid4(), uuid4())
    _, rest = word.split(".", 1)

    with pytest.raises(Forbidden):
        capability.opened("stream", f"{uuid4().hex}.{rest}")


def test_a_problem_under_a_prefix_is_told_in_its_dialect_and_nothing_else_is_touched() -> None:
    app = Dialects(Starlette(routes=[Route("/{rest:path}", answer)]), [Shout()])

    told, plain, elsewhere = asyncio.run(get(app, "/shout/no", "/shout/yes", "/v1/no"))

    assert (told.status_code, told.text, told.headers["x-code"]) == (418, "IT IS NOT.", "not-it")
    assert told.headers["retry-after"] == "7"
    assert plain.text == "yes"
    assert elsewhere.headers["content-type"] == "application/problem+json"
    assert json.loads(elsewhere.text)["code"] == "not-it"


@pytest.mark.anyio
async def test_a_retry_finds_the_first_job_and_another_request_or_tenant_does_not(app: FastAPI, mill: Mill) -> None:
    same, other = mill.request("test.noop", {"payload": "a"}), mill.request("test.noop", {"payload": "b"})
    foreign = mill.request("test.noop", {"payload": "a"}, tenant_id=mill.add_tenant("second"))
    job = mill.accept("test.noop", {"payload": "a"})

    found = [await earlier(app.state.edge, request) for request in (same, other, foreign)]

    assert found == [job, None, None]


@pytest.mark.anyio
async def test_a_retry_finds_what_runs_for_long_and_not_what_ended_a_while_ago(app: FastAPI, mill: Mill) -> None:
    request = mill.request("test.noop", {"payload": "a"})
    made_at = int((now() - timedelta(minutes=10)).timestamp() * 1000) << 80
    mill.accept("test.noop", {"payload": "a"})
    with mill.db.unit_of_work() as connection:
        connection.execute(delete(Line))
        connection.execute(delete(Event))
        connection.execute(update(Job).values(id=UUID(int=made_at)))
    running = await earlier(app.state.edge, request)

    with mill.db.unit_of_work() as connection:
        connection.execute(update(Job).values(finished_at=now() - timedelta(minutes=3)))

    assert (running, await earlier(app.state.edge, request)) == (UUID(int=made_at), None)


async def get(app: ASGIApp, *paths: str) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        return [await client.get(path) for path in paths]


async def answer(request: Request) -> Response:
    if request.url.path.endswith("no"):
        return problem(request, 400, code="not-it", title="No.", detail="It is not.", headers={"Retry-After": "7"})
    return PlainTextResponse("yes")
