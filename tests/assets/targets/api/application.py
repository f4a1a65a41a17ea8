"""The API target: a shop. Called by `serve.py`."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

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


def make_application(world: World) -> tuple[Front, FastAPI, Identity]:
    """The application with its outer layer, the application itself for its routes, and its reader of credentials."""
    identity = Identity(world)
    application = FastAPI(title="Shop", version="1.0.0", docs_url=None, redoc_url=None, debug=False)
    for router in (
        operation_routes(world, identity, application), login_routes(world, identity), profile_routes(world, identity),
        order_routes(world, identity), sharing_routes(world, identity), staff_routes(world, identity),
        catalogue_routes(world, identity), tool_routes(world, identity), hook_routes(world), query_routes(world, identity),
    ):
        application.include_router(router)

    @application.exception_handler(Exception)
    def internal_error(request: Request, error: Exception) -> Any:
        return JSONResponse({"detail": "internal error"}, status_code=500)

    return Front(application, world), application, identity
