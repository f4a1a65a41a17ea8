"""What operators left open: metrics, actuators, old and undocumented routes, and the headers of every answer."""

from typing import Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.assets.targets.api.documents import COMMON, Order, shown
from tests.assets.targets.api.identity import Identity, need_role
from tests.assets.targets.world import CurrentRequest, Row, World, current

GOOD_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


def operation_routes(world: World, identity: Identity, routes: list[str]) -> APIRouter:
    router = APIRouter(tags=["operations"], responses=COMMON)
    caller = Depends(identity.caller())
    documented = not world.faulty("api.inventory.undocumented-stock")

    def left_open(path: str, fault: str) -> Any:
        """A route that the document does not name, and that the repaired twin does not have."""
        return router.get(path, include_in_schema=False) if world.faulty(fault) else lambda endpoint: endpoint

    @router.get("/health", summary="Public: whether the service is well")
    def health() -> dict[str, str]:
        return {"status": "up"}

    @router.get("/v1/rates", summary="Public: exchange rates, for every website to read")
    def rates() -> JSONResponse:
        return JSONResponse({"EUR": 1.0, "GBP": 0.86}, headers={"Access-Control-Allow-Origin": "*"})

    @router.get("/actuator/health", summary="Public: whether the service is well, for the platform")
    def actuator_health() -> dict[str, str]:
        return {"status": "UP"}

    @left_open("/actuator/env", "api.exposed.actuator")
    def actuator_environment() -> dict[str, Any]:
        return {
            "activeProfiles": ["production"],
            "propertySources": [
                {
                    "name": "systemEnvironment",
                    "properties": {
                        "DATABASE_URL": {"value": "postgres://shop:h0p-and-barley@db.internal/shop"},
                        "HOME": {"value": "/srv/shop"},
                    },
                }
            ],
        }

    @left_open("/metrics", "api.exposed.metrics")
    def metrics() -> PlainTextResponse:
        return PlainTextResponse(
            "# HELP process_start_time_seconds Start time of the process.\n# TYPE process_start_time_seconds gauge\n"
            "process_start_time_seconds 1.76e+09\n# TYPE http_requests_total counter\n"
            'http_requests_total{path="/v1/admin/users",tenant="north"} 412\n',
            media_type="text/plain; version=0.0.4",
        )

    @left_open("/internal/openapi.json", "api.exposed.internal-docs")
    def internal_document() -> dict[str, Any]:
        paths = {route.partition(" ")[2]: {} for route in sorted(routes)}
        return {"openapi": "3.1.0", "info": {"title": "Shop, internal", "version": "1"}, "paths": paths}

    @left_open("/internal/customers", "api.missing.internal-customers")
    def internal_customers() -> list[dict[str, Any]]:
        return world.database.rows("SELECT id, username, email, phone FROM users WHERE role = 'customer'")

    @left_open("/v0/orders/{order_id}", "api.inventory.old-version")
    def old_order(order_id: int) -> dict[str, Any]:
        found = world.database.one("SELECT * FROM orders WHERE id = ?", (order_id,))
        if found is None:
            raise HTTPException(404, "not found")
        return shown(Order, found)

    @router.get("/v1/stock/counts", include_in_schema=documented, summary="Pieces in all warehouses")
    def counts(user: Row = caller) -> dict[str, int]:
        return {"pieces": 120}

    @router.get("/v1/partner/catalogue", summary="The catalogue for partners, by API key")
    def partner_catalogue(
        user: Row | None = Depends(identity.holder_of_any_key("api.token.any-key")),
    ) -> dict[str, Any]:
        return {"wholesale": {"KETTLE-1": 2400, "LAMP-1": 1400}}

    @router.get("/v1/admin/settings", summary="The settings (administrators)")
    def settings(user: Row = caller) -> dict[str, Any]:
        need_role(user, "admin")
        return {"currency": "EUR"}

    return router


class Front:
    """The outermost layer: names the request for the log, and puts the headers on every answer."""

    def __init__(self, application: ASGIApp, world: World) -> None:
        self.application, self.world = application, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        current.set(CurrentRequest(scope["method"], scope["path"], lambda: getattr(scope.get("route"), "path", "")))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._headers(scope, list(message["headers"]))
            await send(message)

        await self.application(scope, receive, send_with_headers)

    def _headers(self, scope: Scope, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        given = {name for name, _ in headers}
        if self.world.faulty("api.config.server-header"):
            headers += [(b"server", b"uvicorn/0.20.0"), (b"x-powered-by", b"FastAPI/0.88.0 Python/3.10.4")]
        for name, value in GOOD_HEADERS:
            if not (name == b"x-content-type-options" and self.world.faulty("api.config.nosniff")):
                headers.append((name, value))
        if b"cache-control" not in given:
            headers.append((b"cache-control", b"no-store"))
        origin = dict(scope["headers"]).get(b"origin")
        if (
            origin is not None
            and self.world.faulty("api.cors.reflected")
            and b"access-control-allow-origin" not in given
        ):
            headers += [
                (b"access-control-allow-origin", origin),
                (b"access-control-allow-credentials", b"true"),
                (b"vary", b"Origin"),
            ]
        return headers
