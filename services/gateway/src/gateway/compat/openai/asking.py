"""Who asks through this surface, and the model that they name."""

from __future__ import annotations

from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends, Request

from gateway.compat.auth import Customer
from gateway.compat.catalogue import OWNER, Catalogue, CatalogueOf, Model
from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.mapping import Purpose
from gateway.compat.patience import Patience, PatienceOf
from gateway.edge import Edge, EdgeOf
from gateway.keyring import Principal


class Asked(NamedTuple):
    """A request of this surface, and all that serving it takes."""

    request: Request
    edge: Edge
    catalogue: Catalogue
    principal: Principal
    patience: Patience

    @property
    def tenant_id(self) -> UUID:
        """Whose request it is."""
        return self.principal.tenant_id

    def model(self, name: str | None, purpose: Purpose) -> Model:
        """Find the model that serves an endpoint. Raises ``UnknownModel``, or ``Refused`` for one that does not fit.

        OpenAI's names serve several endpoints: an alias of a kind that does not fit stands for the one of its queue
        that does.
        """
        model = self.catalogue.model(name or purpose.default)
        if model.owner != OWNER and model.kind.queue == purpose.queue and not _fits(model, purpose):
            model = model._replace(kind=self.edge.registry.kind(purpose.default))
        if model.kind.queue != purpose.queue or not _fits(model, purpose):
            message = f"The model {name!r} does not serve {purpose.name}."
            raise Refused(404, message, code="model_not_found", param="model")
        return model


def _fits(model: Model, purpose: Purpose) -> bool:
    return purpose.field in model.kind.ask.model_fields


async def _asked(
    request: Request, edge: EdgeOf, catalogue: CatalogueOf, principal: Customer, patience: PatienceOf
) -> Asked:
    return Asked(request, edge, catalogue, principal, patience)


Asking = Annotated[Asked, Depends(_asked)]
