"""The routes of predictions: made, read, listed, cancelled, streamed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import StringConstraints

from gateway.compat.auth import Customer
from gateway.compat.capability import opened
from gateway.compat.catalogue import Catalogue, CatalogueOf, Model
from gateway.compat.replicate.hooks import hook_of, told_to
from gateway.compat.replicate.inputs import with_assets
from gateway.compat.replicate.mapping import our_input
from gateway.compat.replicate.models import Page, PostPrediction
from gateway.compat.replicate.pages import Position, page_of
from gateway.compat.replicate.reading import STREAM, read_prediction, shown, with_log
from gateway.compat.replicate.streams import read_place, streaming
from gateway.edge import EdgeOf
from gateway.ids import PathId
from gateway.jobs import reading
from gateway.jobs.accepting import Origin, accept_one
from gateway.jobs.cancelling import canceling
from gateway.jobs.models import Job, PostJob
from gateway.jobs.waiting import wait_for_end, wanted_wait_s
from gateway.limits import StrictJsonRoute
from mediamill.errors import InvalidInput
from mediamill.jobs.listing import page
from mediamill.jobs.model import Job as JobRow
from mediamill.jobs.states import FINAL
from mediamill.webhooks.replicate import Prediction, version_of

router = APIRouter(tags=["replicate"], route_class=StrictJsonRoute)

IdempotencyKey = Annotated[Annotated[str, StringConstraints(min_length=1, max_length=200)] | None, Header()]

HASTE_S = 0.5
"""So much earlier than wanted a wait ends: the Python client hangs up half a second after what it wanted itself."""


class InvalidVersion(InvalidInput):
    """The specified version does not exist."""

    code = "invalid-version"


class Making:
    """A request that makes a prediction, of whatever model."""

    def __init__(
        self,
        request: Request,
        edge: EdgeOf,
        customer: Customer,
        idempotency_key: IdempotencyKey = None,
        prefer: Annotated[str | None, Header()] = None,
    ) -> None:
        self._request = request
        self._edge = edge
        self._customer = customer
        self._key = idempotency_key
        self._wait_s = wanted_wait_s(prefer)

    async def make(self, model: Model, post: PostPrediction) -> Response:
        """Accept the job, wait for it as long as is preferred, and show it."""
        tenant_id = self._customer.tenant_id
        job = PostJob(
            kind=model.kind.name,
            input=await with_assets(self._edge, tenant_id, model.kind, our_input(model.kind, post.input)),
            webhook=hook_of(post),
        )
        (accepted,), replayed = await accept_one(self._edge, Origin(self._customer, self._key, None), job)
        headers = {"Idempotent-Replayed": "true"} if replayed else {}
        if self._wait_s:
            headers["Preference-Applied"] = f"wait={self._wait_s:.0f}"
            made = await self._waited(accepted)
        else:
            made = shown(tenant_id, accepted, [])
        return Response(made.model_dump_json(), HTTPStatus.CREATED, headers, "application/json")

    async def _waited(self, accepted: Job) -> Prediction:
        tenant_id, job_id = self._customer.tenant_id, UUID(accepted.id)
        held_s = max(self._wait_s - HASTE_S, self._wait_s / 2)
        job = await wait_for_end(self._edge, self._request, tenant_id, job_id, held_s)
        async with self._edge.look() as connection:
            made = await with_log(connection, tenant_id, job)
        # Whoever waited takes any other word for an ending, and what has no output yet for nothing.
        return made if job.state in FINAL else made.model_copy(update={"status": "starting"})


MakingOf = Annotated[Making, Depends()]


@router.post("/models/{owner}/{name}/predictions", status_code=201)
async def create_of_model(
    owner: str, name: str, post: PostPrediction, catalogue: CatalogueOf, making: MakingOf
) -> Response:
    """Make a prediction of a model."""
    return await making.make(catalogue.model(f"{owner}/{name}"), post)


@router.post("/deployments/{owner}/{name}/predictions", status_code=201)
async def create_of_deployment(
    owner: str, name: str, post: PostPrediction, catalogue: CatalogueOf, making: MakingOf
) -> Response:
    """Make a prediction of a deployment, which is a model by another name: an alias."""
    return await making.make(catalogue.model(f"{owner}/{name}"), post)


@router.post("/predictions", status_code=201)
async def create(post: PostPrediction, catalogue: CatalogueOf, making: MakingOf) -> Response:
    """Make a prediction of a version."""
    return await making.make(_model_of_version(catalogue, post.version or ""), post)


@router.get("/predictions")
async def list_predictions(edge: EdgeOf, customer: Customer, position: Position) -> Page[Prediction]:
    """Give a page of predictions, newest first, without their logs. What a job began itself is not among them."""
    before = UUID(position.at) if position.at else None
    statement = page(customer.tenant_id, before=before, limit=position.limit + 1)
    async with edge.look() as connection:
        rows = (await connection.execute(statement.where(JobRow.parent_id.is_(None)))).mappings().all()
        rows, following = page_of(rows, position)
        jobs = await reading.show_rows(connection, customer.tenant_id, rows)
        hooks = await told_to(connection, [row["id"] for row in rows])
    predictions = [shown(customer.tenant_id, job, []) for job in jobs]
    return Page(
        next=following, results=[made.model_copy(update={"webhook": hooks.get(made.id)}) for made in predictions]
    )


@router.get("/predictions/{id}")
async def get_prediction(id: PathId, edge: EdgeOf, customer: Customer) -> Prediction:
    """Give a prediction as it is now."""
    async with edge.look() as connection:
        return await read_prediction(connection, customer.tenant_id, id)


@router.post("/predictions/{id}/cancel")
async def cancel_prediction(id: PathId, edge: EdgeOf, customer: Customer) -> Prediction:
    """End a prediction; one that has ended stays as it is."""
    async with canceling(edge, customer.tenant_id, id) as done:
        return await read_prediction(done.connection, customer.tenant_id, id)


@router.get("/streams/{word}", response_class=Response)
async def stream_prediction(
    word: str, request: Request, edge: EdgeOf, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """Stream a prediction to whoever has its address: clients send no key here."""
    allowed = opened(STREAM, word)
    async with edge.look() as connection:
        await reading.find(connection, allowed.tenant_id, allowed.job_id)
    return streaming(request, edge, allowed, read_place(last_event_id))


def _model_of_version(catalogue: Catalogue, text: str) -> Model:
    """Find a model by a version's id, or by ``owner/name`` with or without one."""
    path, _, version = text.rpartition(":")
    for model in catalogue:
        if version_of(model.kind.name) == version and path in {"", model.path}:
            return model
    if not path and "/" in text:
        return catalogue.model(text)
    why = f"There is no version {text[:200]!r}."
    raise InvalidVersion(why, errors=[(["version"], why)])
