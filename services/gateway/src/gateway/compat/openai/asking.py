"""Who asks through this surface, and the model that they name."""

from __future__ import annotations

from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends, Request

from gateway.compat.auth import Customer
from gateway.compat.catalogue import Catalogue, CatalogueOf, Model
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
        """Find the model that serves an endpoint. Raises ``UnknownModel``, or ``Refused`` for one that does not fit."""
        model = self.catalogue.model(name or purpose.default)
        if model.kind.queue != purpose.queue or purpose.field not in model.kind.ask.model_fields:
            message = f"The model {name!r} does not serve {purpose.name}."
            raise Refused(404, message, code="model_not_found", param="model")
        return model


async def _asked(
    request: Request, edge: EdgeOf, catalogue: CatalogueOf, principal: Customer, patience: PatienceOf
) -> Asked:
    return Asked(request, edge, catalogue, principal, patience)


Asking = Annotated[Asked, Depends(_asked)]
