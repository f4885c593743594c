"""The routes of teamfit: organizations, teams and their materials, and activities made of these."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Executable, Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.errors import Conflict, InvalidInput, NotFound, TooLarge
from mediamill_products.caller import Caller, CallerOf
from mediamill_products.catalogue import Poll, Surface
from mediamill_products.refusals import Refused, Told
from mediamill_products.teamfit import model, queries, reading
from mediamill_products.teamfit.asking import KIND, ask, quota
from mediamill_products.teamfit.errors import Forgotten, OwnersOnly
from mediamill_products.teamfit.schemas import (
    Begun,
    JobStatus,
    Material,
    Organization,
    PatchOrganization,
    PatchTeam,
    PostActivities,
    PostMaterial,
    PostOrganization,
    PostTeam,
    Quota,
    Team,
    WholeMaterial,
    tell,
)

JOB = "/api/jobs/"
UPLOAD = "/api/materials/upload"
OWNED = frozenset({"plan", "trust_score", "monthly_quota"})
"""What only the tenant's servers and owners set."""
_FORM_OVERHEAD = 64 * 1024
_UPLOADED: dict[str, Any] = {
    "type": "object",
    "required": ["team_id", "file"],
    "properties": {
        "team_id": {"type": "string", "format": "uuid"},
        "title": {"type": "string", "description": "without one, the file's name"},
        "file": {"type": "string", "format": "binary", "description": "a PDF of up to 60 pages, or UTF-8 text"},
    },
}

router = APIRouter()

Most = Annotated[int, Query(alias="limit", ge=1, le=200)]
After = Annotated[int, Query(alias="offset", ge=0, le=1_000_000)]


@router.post("/api/organizations/", status_code=201, summary="Add an organization")
async def create_organization(body: PostOrganization, caller: CallerOf) -> Organization:
    """Add an organization. Without a plan of its own it has its tenant's."""
    given = body.model_dump(exclude_unset=True)
    _check_owned(caller, given)
    added = await _written(caller, queries.add_organisation(caller.tenant_id, given), given)
    return await _organization(caller, added.id)


@router.get("/api/organizations/", summary="List organizations")
async def list_organizations(caller: CallerOf, limit: Most = 50, offset: After = 0) -> list[Organization]:
    """Give a page of the organizations, newest first."""
    async with caller.look() as connection:
        rows = await connection.execute(queries.organisations(caller.tenant_id, limit=limit, offset=offset))
        return [Organization.model_validate(row._asdict()) for row in rows]


@router.get("/api/organizations/{organization_id}", summary="Get an organization")
async def get_organization(organization_id: UUID, caller: CallerOf) -> Organization:
    """Give an organization."""
    return await _organization(caller, organization_id)


@router.patch("/api/organizations/{organization_id}", summary="Change an organization")
async def change_organization(organization_id: UUID, body: PatchOrganization, caller: CallerOf) -> Organization:
    """Change what is given of an organization."""
    given = body.model_dump(exclude_unset=True)
    _check_owned(caller, given)
    if given:
        await _written(caller, queries.change_organisation(caller.tenant_id, organization_id, given), given)
    return await _organization(caller, organization_id)


@router.delete("/api/organizations/{organization_id}", status_code=204, summary="Remove an organization")
async def remove_organization(organization_id: UUID, caller: CallerOf) -> Response:
    """Remove an organization with its teams and their materials."""
    _check_owned(caller, OWNED)
    return await _removed(caller, model.Organisation, organization_id, "Organization")


@router.get("/api/organizations/{organization_id}/quota", summary="Read a quota")
async def get_quota(organization_id: UUID, caller: CallerOf) -> Quota:
    """Tell what an organization has used of this month, and when the next one begins."""
    async with caller.look() as connection:
        return await quota(connection, caller.tenant_id, await _find_organization(caller, connection, organization_id))


@router.post("/api/organizations/{organization_id}/teams", status_code=201, summary="Add a team")
async def create_team(organization_id: UUID, body: PostTeam, caller: CallerOf) -> Team:
    """Add a team to an organization."""
    async with caller.transaction() as connection:
        await _find_organization(caller, connection, organization_id)
        new = queries.add_team(caller.tenant_id, organization_id, body.model_dump())
        return Team.model_validate((await connection.execute(new)).one()._asdict())


@router.get("/api/organizations/{organization_id}/teams", summary="List teams")
async def list_teams(organization_id: UUID, caller: CallerOf, limit: Most = 50, offset: After = 0) -> list[Team]:
    """Give a page of an organization's teams, newest first."""
    async with caller.look() as connection:
        await _find_organization(caller, connection, organization_id)
        rows = await connection.execute(queries.teams(caller.tenant_id, organization_id, limit=limit, offset=offset))
        return [Team.model_validate(row._asdict()) for row in rows]


@router.get("/api/teams/{team_id}", summary="Get a team")
async def get_team(team_id: UUID, caller: CallerOf) -> Team:
    """Give a team."""
    async with caller.look() as connection:
        return await _find_team(caller, connection, team_id)


@router.patch("/api/teams/{team_id}", summary="Change a team")
async def change_team(team_id: UUID, body: PatchTeam, caller: CallerOf) -> Team:
    """Change what is given of a team."""
    given = body.model_dump(exclude_unset=True)
    async with caller.transaction() as connection:
        if given:
            await connection.execute(queries.change_team(caller.tenant_id, team_id, given))
        return await _find_team(caller, connection, team_id)


@router.delete("/api/teams/{team_id}", status_code=204, summary="Remove a team")
async def remove_team(team_id: UUID, caller: CallerOf) -> Response:
    """Remove a team with its materials; what it has used of its organization's quota stays used."""
    return await _removed(caller, model.Team, team_id, "Team")


@router.post(
    UPLOAD,
    status_code=201,
    summary="Upload a material",
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _UPLOADED}}}},
)
async def upload_material(request: Request, caller: CallerOf) -> Material:
    """Take a text out of a file and keep it for a team. The same text again is the same material."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > reading.MOST_BYTES + _FORM_OVERHEAD:
        raise TooLarge(f"A material has at most {reading.MOST_BYTES:,} bytes.")
    form = await caller.form(request, most_bytes=reading.MOST_BYTES + _FORM_OVERHEAD)
    file = form.files.get("file")
    if file is None:
        raise InvalidInput("The form has no file.", errors=[(["file"], "Field required")])
    team_id = _uuid(form.texts.get("team_id", ""))
    async with caller.look() as connection:
        await _find_team(caller, connection, team_id)
    async with caller.file(file) as path:
        text = await reading.read_file(path, file.media_type)
    title = form.texts.get("title", "").strip() or form.names.get("file", "") or "Untitled"
    return await _keep(caller, team_id, PostMaterial(title=_as_title(title), text=text.text), text, file.media_type)


@router.post("/api/teams/{team_id}/materials", status_code=201, summary="Add a material")
async def create_material(team_id: UUID, body: PostMaterial, caller: CallerOf) -> Material:
    """Keep a text for a team. The same text again is the same material."""
    async with caller.look() as connection:
        await _find_team(caller, connection, team_id)
    return await _keep(caller, team_id, body, reading.of_text(body.text), "text/plain")


@router.get("/api/teams/{team_id}/materials", summary="List materials")
async def list_materials(team_id: UUID, caller: CallerOf, limit: Most = 50, offset: After = 0) -> list[Material]:
    """Give a page of a team's materials, newest first, without their text."""
    async with caller.look() as connection:
        await _find_team(caller, connection, team_id)
        rows = await connection.execute(queries.materials(caller.tenant_id, team_id, limit=limit, offset=offset))
        return [Material.model_validate(row._asdict()) for row in rows]


@router.get("/api/materials/{material_id}", summary="Get a material")
async def get_material(material_id: UUID, caller: CallerOf) -> WholeMaterial:
    """Give a material with what it says."""
    async with caller.look() as connection:
        row = (await connection.execute(queries.material(caller.tenant_id, material_id))).one_or_none()
    if row is None:
        raise NotFound(f"Material {material_id}.")
    return WholeMaterial.model_validate(row._asdict())


@router.delete("/api/materials/{material_id}", status_code=204, summary="Remove a material")
async def remove_material(material_id: UUID, caller: CallerOf) -> Response:
    """Remove a material; activities that were made of it stay."""
    return await _removed(caller, model.Material, material_id, "Material")


@router.post("/api/activities/generate-custom", status_code=HTTPStatus.ACCEPTED, summary="Have activities made")
async def generate_custom(body: PostActivities, caller: CallerOf) -> Begun:
    """Have three activities made for a team of its materials.

    Refused before anything is queued: 402 without a paid plan, 403 below the trust score that is needed, 429 when the
    month's quota is spent, with the day on which it begins anew.
    """
    async with caller.transaction() as connection:
        return Begun(job_id=await ask(caller, connection, body))


@router.get(JOB + "{job_id}", summary="Look how activities are")
async def get_activities_job(job_id: UUID, caller: CallerOf) -> JobStatus:
    """Tell how far a job is; when it is completed, give its three activities."""
    try:
        glimpse = await caller.glimpse(job_id)
    except NotFound:
        async with caller.look() as connection:
            asked = (await connection.execute(queries.request(caller.tenant_id, job_id))).one_or_none()
        if asked is None:
            raise
        raise Forgotten(f"They were asked for on {asked.created_at:%Y-%m-%d}.") from None
    if glimpse.kind != KIND:
        raise NotFound(f"Job {job_id}.")
    return tell(job_id, glimpse)


async def _polled(caller: Caller, rest: str) -> bytes | None:
    try:
        job_id = UUID(rest)
    except ValueError:
        return None
    glimpse = await caller.glimpse(job_id)
    return tell(job_id, glimpse).model_dump_json().encode() if glimpse.kind == KIND else None


async def _written(caller: Caller, statement: Executable, given: dict[str, Any]) -> Row[Any]:
    try:
        async with caller.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
    except IntegrityError as error:
        if "_plan" in str(error.orig):
            name = given.get("plan")
            raise InvalidInput(f"There is no plan {name!r}.", errors=[(["plan"], "unknown")]) from error
        raise Conflict(f"There is an organization {given.get('name')!r} already.") from error
    if row is None:
        raise NotFound("The organization.")
    return row


async def _removed(
    caller: Caller, table: type[model.Organisation | model.Team | model.Material], row_id: UUID, what: str
) -> Response:
    async with caller.transaction() as connection:
        gone = await connection.execute(queries.remove(caller.tenant_id, table, row_id))
    if not gone.rowcount:
        raise NotFound(f"{what} {row_id}.")
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def _keep(caller: Caller, team_id: UUID, body: PostMaterial, text: reading.Text, media_type: str) -> Material:
    facts = {"title": body.title, "media_type": media_type, "sha256": text.sha256, **text._asdict()}
    async with caller.transaction() as connection:
        row = (await connection.execute(queries.add_material(caller.tenant_id, team_id, facts))).one()
    return Material.model_validate(row._asdict())


async def _organization(caller: Caller, organization_id: UUID) -> Organization:
    async with caller.look() as connection:
        row = await _find_organization(caller, connection, organization_id)
    return Organization.model_validate(row._asdict())


async def _find_organization(caller: Caller, connection: AsyncConnection, organization_id: UUID) -> Row[Any]:
    found = await connection.execute(queries.organisation(caller.tenant_id, organization_id))
    if (row := found.one_or_none()) is None:
        raise NotFound(f"Organization {organization_id}.")
    return row


async def _find_team(caller: Caller, connection: AsyncConnection, team_id: UUID) -> Team:
    row = (await connection.execute(queries.team(caller.tenant_id, team_id))).one_or_none()
    if row is None:
        raise NotFound(f"Team {team_id}.")
    return Team.model_validate(row._asdict())


def _check_owned(caller: Caller, given: Any) -> None:
    if OWNED & {*given} and not caller.manages:
        raise OwnersOnly


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput("The form names no team.", errors=[(["team_id"], "it is to be a UUID")]) from None


def _as_title(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[:200] or "Untitled"


def _refuse(refused: Refused) -> Told:
    """Say an error as teamfit's frontend reads it: one sentence for people, and facts for programs."""
    said = refused.title if refused.detail in {"", refused.title} else f"{refused.title} {refused.detail}"
    wrong = [{"field": ".".join(map(str, loc)), "message": message} for loc, message in refused.errors]
    facts = {"resets_at": refused.facts["resets_at"]} if "resets_at" in refused.facts else {}
    body = {"success": False, "error": said, "code": refused.code, **facts}
    return Told(refused.status, body | ({"fields": wrong} if wrong else {}))


SURFACE = Surface(
    prefixes=("/api/organizations", "/api/teams", "/api/materials", "/api/activities", JOB),
    uploads=(UPLOAD,),
    polls=(Poll(JOB, _polled),),
    refuse=_refuse,
)
