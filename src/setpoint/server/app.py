"""The application: its layers in order, its operations, and nothing that is open by mistake. `process` runs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Response
from starlette.middleware import Middleware

from setpoint import __version__
from setpoint.model.access import AccessScope
from setpoint.server.api import (
    agents,
    changes,
    decisions,
    health,
    identities,
    inside,
    inventory,
    policies,
    records,
    remediations,
    services,
    signals,
    state,
    tokens,
    waivers,
)
from setpoint.server.api.health import OPEN
from setpoint.server.api.routes import SCOPE_KEY, VERSION, Routes, Seen
from setpoint.server.calls import Calls
from setpoint.server.limits import BoundedBodies, Rates
from setpoint.server.metrics import MEDIA_TYPE, Metrics
from setpoint.server.openapi import describe
from setpoint.server.parts import ANSWERING_THREADS, ServerParts
from setpoint.server.problems import handle_problems
from setpoint.server.reference import reference_page

KINDS: Final = (
    services.routes,
    state.routes,
    decisions.routes,
    remediations.routes,
    waivers.routes,
    policies.routes,
    records.routes,
    changes.routes,
    signals.routes,
    agents.routes,
    inside.routes,
    identities.routes,
    inventory.routes,
    tokens.routes,
)
"""As the reference shows them."""

INGESTED: Final = frozenset({f"{VERSION}{signals.INGEST}", f"{VERSION}{signals.REPORTS}", inventory.SBOMS})


def create_app(parts: ServerParts) -> FastAPI:
    """Every layer, from the outside in."""
    app = FastAPI(
        title="Setpoint",
        version=__version__,
        # What it shows needs no script from elsewhere; see `reference`.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        # `telemetry.requests` measures calls, around all of this.
        telemetry={"tracing": False, "metrics": False},
        lifespan=partial(_lifespan, parts),
        middleware=[
            # 1. An id for every call; counted and timed.
            Middleware(Calls, metrics=parts.metrics),
            # 2. Bodies bounded in size and time.
            Middleware(BoundedBodies, limits=parts.limits, ingest_paths=INGESTED),
        ],
    )
    # 3. Errors as problem documents.
    handle_problems(app)
    # 4. Operations, each of which asks who calls before anything else (`api.routes`).
    _add_operations(app, parts.metrics, open_metrics=parts.open_metrics)
    _expect_guarded(app)
    app.state.parts, app.state.authenticator = parts, parts.authenticator
    app.state.rates, app.state.followers = Rates(parts.limits.rate, parts.limits.burst), Counter[str]()
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # as FastAPI's documentation says to
    app.add_api_route("/docs", lambda: reference_page(describe(app)), include_in_schema=False)
    return app


def api_document() -> dict[str, Any]:
    """The OpenAPI document of every server: it does not depend on what one is made of."""
    app = FastAPI(separate_input_output_schemas=False)
    _add_operations(app, Metrics(), open_metrics=False)
    return describe(app)


def _add_operations(app: FastAPI, metrics: Metrics, *, open_metrics: bool) -> None:
    for kind in KINDS:
        app.include_router(kind.router)
    app.include_router(health.router)
    app.include_router(_metrics(metrics, is_open=open_metrics))


@asynccontextmanager
async def _lifespan(parts: ServerParts, _app: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = ANSWERING_THREADS
    try:
        yield
    finally:
        await parts.ingest.close()


def _metrics(metrics: Metrics, *, is_open: bool) -> APIRouter:
    about: dict[str, Any] = {
        "summary": "What the server counts of itself, in Prometheus's text format",
        "response_class": Response,
        "responses": {200: {"description": "Metrics.", "content": {"text/plain": {}}}},
    }

    def answer() -> Response:
        return Response(metrics.exposition(), headers={"Cache-Control": "no-store"}, media_type=MEDIA_TYPE)

    if is_open:
        router = APIRouter(tags=["health"])
        extra = {SCOPE_KEY: OPEN, "security": []}
        router.add_api_route("/metrics", answer, operation_id="get_metrics", openapi_extra=extra, **about)
        return router

    def get_metrics(view: Seen) -> Response:  # noqa: ARG001 (that there is one says who may see it)
        return answer()

    routes = Routes("health", versioned=False)
    routes.get("/metrics", scope=AccessScope.READ, **about)(get_metrics)
    return routes.router


def _expect_guarded(app: FastAPI) -> None:
    """Stops a server that would answer something below the version's path without asking who calls."""
    for path, operations in describe(app)["paths"].items():
        for method, operation in operations.items():
            if SCOPE_KEY not in operation or (path.startswith(VERSION) and operation[SCOPE_KEY] == OPEN):
                raise TypeError(f"{method.upper()} {path} does not say which scope it needs")
