"""The routes that tell what there is: models, their versions, collections, deployments; and who asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from sqlalchemy import select

from gateway.compat.addresses import address
from gateway.compat.auth import Customer, customer
from gateway.compat.catalogue import CatalogueOf
from gateway.compat.catalogue import Model as Entry
from gateway.compat.replicate import models, schemas
from gateway.compat.replicate.models import Account, Collection, Deployment, Hardware, Model, Page, Version
from gateway.edge import EdgeOf
from mediamill.errors import NotFound
from mediamill.tenants.model import Tenant
from mediamill.webhooks.replicate import PREFIX
from mediamill.webhooks.signing import tenant_secret

router = APIRouter(tags=["replicate"], dependencies=[Depends(customer)])

Words = Annotated[str, Body(media_type="text/plain", max_length=1_000)]


@router.get("/models")
async def list_models(catalogue: CatalogueOf) -> Page[Model]:
    """Give every model."""
    return Page(results=[_model(entry) for entry in catalogue])


@router.api_route("/models", methods=["QUERY"])
async def search_models(catalogue: CatalogueOf, words: Words = "") -> Page[Model]:
    """Give the models whose names and summaries hold all of the words."""
    return Page(results=[_model(entry) for entry in catalogue if _holds(entry, words)])


@router.get("/models/{owner}/{name}")
async def get_model(owner: str, name: str, catalogue: CatalogueOf) -> Model:
    """Give a model."""
    return _model(catalogue.model(f"{owner}/{name}"))


@router.get("/models/{owner}/{name}/versions")
async def list_versions(owner: str, name: str, catalogue: CatalogueOf) -> Page[Version]:
    """Give the one version that a model has."""
    return Page(results=[schemas.version(catalogue.model(f"{owner}/{name}").kind)])


@router.get("/models/{owner}/{name}/versions/{version}")
async def get_version(owner: str, name: str, version: str, catalogue: CatalogueOf) -> Version:
    """Give a version of a model, with the schemas of its input and output."""
    found = schemas.version(catalogue.model(f"{owner}/{name}").kind)
    if version != found.id:
        raise NotFound(f"{owner}/{name} has no version {version[:100]!r}.")
    return found


@router.get("/collections")
async def list_collections(catalogue: CatalogueOf, edge: EdgeOf) -> Page[Collection]:
    """Give the queues as collections of models, which are told with each of them alone."""
    found = [_collection(name, queue.manifest.queue.summary, []) for name, queue in edge.registry.queues.items()]
    return Page(results=found)


@router.get("/collections/{slug}")
async def get_collection(slug: str, catalogue: CatalogueOf, edge: EdgeOf) -> Collection:
    """Give a queue with its models."""
    entries = [entry for entry in catalogue if entry.kind.queue == slug]
    return _collection(slug, edge.registry.queue(slug).manifest.queue.summary, [_model(entry) for entry in entries])


@router.get("/deployments")
async def list_deployments(catalogue: CatalogueOf) -> Page[Deployment]:
    """Give every model as a deployment of itself."""
    return Page(results=[_deployment(entry) for entry in catalogue])


@router.get("/deployments/{owner}/{name}")
async def get_deployment(owner: str, name: str, catalogue: CatalogueOf) -> Deployment:
    """Give a deployment."""
    return _deployment(catalogue.model(f"{owner}/{name}"))


@router.get("/hardware")
async def list_hardware() -> list[Hardware]:
    """Give what can be chosen to run models on: nothing, so one."""
    return [Hardware(name="Whatever serves the queue", sku=models.Configuration().hardware)]


@router.get("/account")
async def get_account(edge: EdgeOf, asking: Customer) -> Account:
    """Give the tenant of the key."""
    async with edge.look() as connection:
        found = await connection.execute(select(Tenant.name).where(Tenant.id == asking.tenant_id))
    name = found.scalar_one()
    return Account(username="-".join(name.lower().split()), name=name)


@router.get("/webhooks/default/secret")
async def get_signing_secret(asking: Customer) -> models.SigningSecret:
    """Give what the webhooks of predictions are signed with."""
    return models.SigningSecret(key=tenant_secret(asking.tenant_id))


def _model(entry: Entry) -> Model:
    return Model(
        url=address(f"{PREFIX}/models/{entry.path}"),
        owner=entry.owner,
        name=entry.name,
        description=entry.kind.manifest.summary,
        latest_version=schemas.version(entry.kind),
    )


def _holds(entry: Entry, words: str) -> bool:
    text = f"{entry.path} {entry.kind.name} {entry.kind.manifest.summary}".lower()
    return all(word in text for word in words.lower().split())


def _collection(slug: str, description: str, found: list[Model]) -> Collection:
    return Collection(name=slug.capitalize(), slug=slug, description=description, models=found)


def _deployment(entry: Entry) -> Deployment:
    version = schemas.version(entry.kind)
    release = models.Release(model=entry.path, version=version.id, created_at=version.created_at)
    return Deployment(owner=entry.owner, name=entry.name, current_release=release)
