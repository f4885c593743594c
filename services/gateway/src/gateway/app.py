"""The application: its parts, its routes, and what every request passes through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

import gateway.assets.provenance
import gateway.assets.routes
import gateway.estimates.routes
import gateway.events.routes
import gateway.hooks.routes
import gateway.jobs.post_routes
import gateway.jobs.routes
import gateway.jobs.shortcut
import gateway.kinds.routes
import gateway.operations.routes
import gateway.providers.chain_routes
import gateway.providers.routes
import gateway.queues.routes
import gateway.tenants.key_routes
import gateway.tenants.plan_routes
import gateway.tenants.routes
import gateway.tenants.user_routes
import gateway.usage.routes
import gateway.webhooks.routes
from gateway import openapi, problems
from gateway.compat import surfaces
from gateway.compat.catalogue import Catalogue
from gateway.compat.dialects import Dialects
from gateway.compat.patience import Patience
from gateway.edge import Edge
from gateway.kinds.models import present
from gateway.limits import BodyLimit, RequestIds
from gateway.metering import RequestMeter, watch_streams
from gateway.products import surfaces as product_surfaces
from gateway.products.reception import reception
from gateway.shortway import ShortWay
from gateway.tracing import Tracing
from mediamill.queues.metering import begin_metering
from mediamill.queues.registry import Registry, registry
from mediamill.settings import Settings, settings
from mediamill.telemetry import traces
from mediamill.telemetry.meters import Meters
from mediamill.telemetry.metrics import Component
from mediamill_products.catalogue import Product, products

ROUTERS = (
    gateway.jobs.post_routes.router,
    gateway.jobs.routes.router,
    gateway.events.routes.router,
    gateway.assets.routes.router,
    gateway.assets.provenance.router,
    gateway.kinds.routes.router,
    gateway.estimates.routes.router,
    gateway.usage.routes.router,
    gateway.webhooks.routes.router,
    gateway.queues.routes.router,
    gateway.providers.routes.router,
    gateway.providers.chain_routes.router,
    gateway.tenants.routes.router,
    gateway.tenants.key_routes.router,
    gateway.tenants.plan_routes.router,
    gateway.tenants.user_routes.router,
    gateway.hooks.routes.router,
    gateway.operations.routes.router,
    *surfaces.ROUTERS,
)
UPLOADS = surfaces.UPLOADS | {gateway.assets.routes.UPLOAD_PATH}
EXPOSED = [
    "Location",
    "Retry-After",
    "ETag",
    "Content-Range",
    "Idempotent-Replayed",
    "Preference-Applied",
    "x-request-id",
    "x-fal-request-id",
    "x-fal-error-type",
]


def create_app(
    config: Settings | None = None, kinds: Registry | None = None, offered: tuple[Product, ...] | None = None
) -> FastAPI:
    """Build the gateway. Its database is reached when the first request needs it, not here."""
    config = config or settings()
    offered = products() if offered is None else offered
    if not config.secret.get_secret_value():
        raise RuntimeError("MEDIAMILL_SECRET is empty: set it to the same long random text on every gateway")
    edge = Edge(config, kinds or registry())
    app = Application(
        config,
        title="Mediamill",
        summary="A self-hosted media job platform",
        version="0.1.0",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        strict_content_type=False,
    )
    _equip(app, edge, offered)
    for router in ROUTERS:
        app.include_router(router)
    product_surfaces.mount(app, offered)
    problems.install(app)
    app.add_middleware(problems.LastResort)
    uploads = UPLOADS | product_surfaces.uploads(offered)
    limits = {**dict.fromkeys(surfaces.FORMS, config.max_form_bytes), **dict.fromkeys(uploads)}
    app.add_middleware(BodyLimit, usual=config.max_body_bytes, limits=limits)
    app.add_middleware(Dialects, dialects=(*surfaces.DIALECTS, *product_surfaces.dialects(offered)))
    app.add_middleware(ShortWay, ways=product_surfaces.ways(offered), most_bytes=config.max_body_bytes)
    # Keys are sent in a header that no browser adds by itself, so any page may ask.
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], expose_headers=EXPOSED
    )
    app.add_middleware(RequestIds)
    app.openapi = openapi.document(app, edge.registry, offered)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


class Application(FastAPI):
    """FastAPI, and a short way past it for what servers ask for; pages of other origins have to be told more."""

    def __init__(self, config: Settings, **settings: Any) -> None:
        # FastAPI's own telemetry would log what was posted.
        super().__init__(telemetry={"tracing": False, "metrics": False, "logs": False}, **settings)
        self.request_meter: RequestMeter | None = None
        self._tracing = Tracing(config.traces_per_s)
        ways = (gateway.jobs.shortcut.WAY, gateway.hooks.routes.WAY)
        self._short_way = ShortWay(super().__call__, ways, config.max_body_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        scope["app"] = self
        if self.request_meter is not None and scope["type"] == "http":
            send = self.request_meter.watched(scope, send)
        is_of_a_page = any(name == b"origin" for name, _ in scope.get("headers", ()))
        answer = super().__call__ if is_of_a_page else self._short_way
        if traces.is_on():
            await self._tracing.answer(answer, scope, receive, send)
        else:
            await answer(scope, receive, send)


def _equip(app: Application, edge: Edge, offered: tuple[Product, ...]) -> None:
    """Give routes what they ask the application for."""
    app.state.edge = edge
    app.state.meters = _meters(app, edge, offered) if edge.config.metrics else None
    app.state.catalogue = Catalogue(edge.registry, edge.config.model_aliases)
    app.state.patience = Patience(edge.config.max_long_waits)
    app.state.reception = reception


def _meters(app: Application, edge: Edge, offered: tuple[Product, ...]) -> Meters:
    meters = begin_metering(Component.GATEWAY, edge.registry)
    app.request_meter = RequestMeter(meters, [dialect.prefix for dialect in product_surfaces.dialects(offered)])
    watch_streams(meters, edge.newsroom)
    return meters


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    edge: Edge = app.state.edge
    for kind in edge.registry.kinds.values():
        present(kind)  # loads its contract now, so that the first request of a kind is as fast as the others
    async with edge.running():
        yield


def _operation_id(route: APIRoute) -> str:
    return route.name
