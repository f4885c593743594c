"""The explainer's part of the gateway."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from mediamill.errors import NotFound
from mediamill.ids import uuid7
from mediamill.jobs.states import State
from mediamill_products.caller import CallerOf, Failed, Post
from mediamill_products.catalogue import Surface
from mediamill_products.explainer import queries
from mediamill_products.explainer.schemas import PaperBegun, PaperStatus, PostPaper, told

router = APIRouter()
KIND = "flow.explainer"
GENERATE = "/api/videos/generate"


@router.post(GENERATE, status_code=202, summary="Make a film of an article")
async def generate_paper_video(body: PostPaper, caller: CallerOf) -> PaperBegun:
    """Accept the film; whether PubMed has the article is told by its status."""
    video_id = uuid7()
    async with caller.transaction() as connection:
        (job_id,) = await caller.accept(connection, [Post(kind=KIND, input=body.input())])
        await connection.execute(queries.add(video_id, caller.tenant_id, job_id, body.pubmed_id))
    return PaperBegun(job_id=job_id, video_id=video_id)


@router.get("/api/videos/{job_id}", summary="Ask how a film of an article stands")
async def get_paper_video(job_id: UUID, caller: CallerOf) -> PaperStatus:
    """Tell what is being done, and give the film or the reason why there is none."""
    async with caller.look() as connection:
        row = (await connection.execute(queries.of_job(caller.tenant_id, job_id))).one_or_none()
        if row is None:
            raise NotFound(f"Video of the job {job_id}.")
        job = await caller.job(connection, job_id)
        error = None
        if job.state == State.FAILED:
            error = (await connection.execute(queries.cause(caller.tenant_id, job_id))).scalar_one_or_none()
    return told(row, job, None if error is None else Failed(error["code"], error["message"]))


SURFACE = Surface(prefixes=("/api/videos",), shared={GENERATE: "pubmed_id"})
