"""The API target: a shop. Called by `serve.py`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from tests.assets.targets.api.accounts import login_routes, profile_routes
from tests.assets.targets.api.catalogue import catalogue_routes
from tests.assets.targets.api.data import SCHEMA, seed
from tests.assets.targets.api.hooks import hook_routes
from tests.assets.targets.api.identity import Identity
from tests.assets.targets.api.operations import Front, operation_routes
from tests.assets.targets.api.orders import order_routes
from tests.assets.targets.api.queries import query_routes
from tests.assets.targets.api.sharing import sharing_routes
from tests.assets.targets.api.staff import staff_routes
from tests.assets.targets.api.tools import tool_routes
from tests.assets.targets.world import World


def make_world(*, repaired: bool, mended: list[str], log: Path | None) -> World:
    return World("api", schema=SCHEMA, seed=seed, repaired=repaired, mended=mended, log=log)


@dataclass(frozen=True)
class Shop:
    """The application as it is served, and what the truth's port tells of it."""

    front: Front
    identity: Identity
    routes: list[str]
    """`METHOD /template`, the undocumented ones too."""


def make_application(world: World) -> Shop:
    identity = Identity(world)
    application = FastAPI(title="Shop", version="1.0.0", docs_url=None, redoc_url=None, redirect_slashes=False)
    routes = ["GET /openapi.json"]
    for router in (
        operation_routes(world, identity, routes),
        login_routes(world, identity),
        profile_routes(world, identity),
        order_routes(world, identity),
        sharing_routes(world, identity),
        staff_routes(world, identity),
        catalogue_routes(world, identity),
        tool_routes(world, identity),
        hook_routes(world),
        query_routes(world, identity),
    ):
        application.include_router(router)
        routes += [
            f"{method} {route.path}"
            for route in router.routes
            if isinstance(route, APIRoute)
            for method in route.methods
        ]

    @application.exception_handler(OverflowError)
    @application.exception_handler(UnicodeEncodeError)
    def beyond_the_database(request: Request, error: Exception) -> Any:
        """A number beyond 64 bits, half of a character: nothing that is stored could be meant."""
        return JSONResponse({"detail": "not acceptable"}, status_code=422)

    @application.exception_handler(Exception)
    def internal_error(request: Request, error: Exception) -> Any:
        return JSONResponse({"detail": "internal error"}, status_code=500)

    return Shop(Front(application, world), identity, routes)
