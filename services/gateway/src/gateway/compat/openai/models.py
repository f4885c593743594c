"""The models that are served, as OpenAI lists them."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from gateway.compat.catalogue import Model
from gateway.compat.openai.asking import Asking
from gateway.compat.openai.route import OpenAIRoute

router = APIRouter(prefix="/openai/v1/models", tags=["openai"], route_class=OpenAIRoute)


class ModelCard(BaseModel):
    """A model. When it was made is not known here."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str


class ModelCards(BaseModel):
    """All models, on one page."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


@router.get("", name="openai_list_models", summary="List models")
async def list_models(asked: Asking) -> ModelCards:
    """Give every model: ours, and the aliases that are set."""
    return ModelCards(data=[_card(model) for model in asked.catalogue])


@router.get("/{name:path}", name="openai_get_model", include_in_schema=False)
async def get_model(name: str, asked: Asking) -> ModelCard:
    """Give a model by any of its names."""
    return _card(asked.catalogue.model(name))


def _card(model: Model) -> ModelCard:
    return ModelCard(id=model.path.lstrip("/"), owned_by=model.owner or "mediamill")
