"""The toolbox of the API, each tool an end where input is dangerous: shell, templates, files, XML, fetches, filters,
expressions.
"""

import html
import traceback
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from tests.assets.targets import sinks
from tests.assets.targets.api.data import DIRECTORY
from tests.assets.targets.api.documents import COMMON, Address, HostName, Text, Url
from tests.assets.targets.api.identity import Identity
from tests.assets.targets.world import World

MAX_XML = 20_000
XML_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/xml": {"schema": {"type": "string"}, "example": "<contacts><name>Ada</name></contacts>"}
        },
    }
}


def tool_routes(world: World, identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["tools"], responses=COMMON, dependencies=[Depends(identity.caller())])

    def fetched(url: str, *, unsafe: bool) -> str:
        try:
            return sinks.fetch(url, world.metadata_port, unsafe=unsafe)
        except sinks.Refused as error:
            raise HTTPException(422, "this address is not allowed") from error
        except sinks.Unreachable as error:
            raise HTTPException(502, "the address does not answer") from error

    @router.post("/tools/ping", summary="Probe a host")
    def ping(given: HostName) -> dict[str, str]:
        try:
            return {"output": sinks.probe_host(given.host, world.folder, unsafe=world.faulty("api.command.ping"))}
        except sinks.Refused as error:
            raise HTTPException(422, "host") from error

    @router.get("/tools/known-host", summary="Whether a host is one of ours")
    def known_host(host: str = "localhost") -> dict[str, bool]:
        return {"known": sinks.is_known_host(host[:300], world.folder, unsafe=world.faulty("api.command.known-host"))}

    @router.post(
        "/notices/preview",
        summary="See a notice before it is sent; {{ name }} stands for the reader",
        response_class=PlainTextResponse,
    )
    def preview_notice(given: Text) -> PlainTextResponse:
        try:
            return PlainTextResponse(
                sinks.render_notice(given.text, "reader", unsafe=world.faulty("api.template.notice"))
            )
        except sinks.Refused as error:
            raise HTTPException(422, "the text cannot be rendered") from error

    @router.get("/documents", summary="The text of a document", response_class=PlainTextResponse)
    def document(name: str = "terms.txt") -> PlainTextResponse:
        return text_of(name, unsafe=world.faulty("api.path.query"))

    @router.get("/manuals/{path:path}", summary="The text of a manual", response_class=PlainTextResponse)
    def manual(path: str) -> PlainTextResponse:
        return text_of(path, unsafe=world.faulty("api.path.segment"))

    def text_of(name: str, *, unsafe: bool) -> PlainTextResponse:
        try:
            return PlainTextResponse(sinks.read_text(world.folder / "documents", name, unsafe=unsafe))
        except FileNotFoundError as error:
            raise HTTPException(404, "not found") from error

    @router.post("/imports", summary="Read the names of a list of contacts", openapi_extra=XML_BODY)
    async def import_contacts(request: Request) -> dict[str, list[str]]:
        try:
            return {"names": sinks.read_names((await request.body())[:MAX_XML], unsafe=world.faulty("api.xxe.import"))}
        except sinks.Refused as error:
            raise HTTPException(422, "no acceptable XML") from error

    @router.post("/webhooks/test", summary="See what stands at the address of a webhook")
    def test_webhook(given: Url) -> dict[str, str]:
        return {"answer": fetched(given.url, unsafe=world.faulty("api.ssrf.body"))}

    @router.get("/preview", summary="See what stands at an address")
    def preview(url: str = "https://images.shop.test/lamp.png") -> dict[str, str]:
        return {"answer": fetched(url, unsafe=world.faulty("api.ssrf.query"))}

    @router.post("/avatars/import", summary="Take a picture from the image host")
    def import_avatar(given: Url) -> dict[str, str]:
        try:
            host = urlsplit(given.url).hostname
        except ValueError as error:
            raise HTTPException(422, "url") from error
        if host not in sinks.ALLOWED_FETCHES:
            raise HTTPException(422, f"only from {', '.join(sorted(sinks.ALLOWED_FETCHES))}")
        return {"status": "queued", "url": given.url}

    @router.get("/greeting", summary="A page that greets", response_class=HTMLResponse)
    def greeting(name: str = "you") -> HTMLResponse:
        shown = name if world.faulty("api.xss.greeting") else html.escape(name)
        return HTMLResponse(f"<!doctype html><title>Hello</title><p>Hello, {shown}!</p>")

    @router.get("/farewell", summary="A page that takes leave", response_class=HTMLResponse)
    def farewell(name: str = "you") -> HTMLResponse:
        return HTMLResponse(f"<!doctype html><title>Bye</title><p>Goodbye, {html.escape(name)}!</p>")

    @router.get("/echo", summary="The text again, as JSON")
    def echo(text: str = "") -> dict[str, str]:
        return {"text": text}

    @router.get("/directory", summary="Who is who in the shop")
    def directory(name: str = "Ada") -> list[dict[str, str]]:
        value = name[:200] if world.faulty("api.ldap.directory") else sinks.escape_filter(name[:200])
        try:
            found = sinks.search_directory(DIRECTORY, f"(&(objectClass=person)(cn={value})(public=yes))")
        except sinks.Refused as error:
            raise HTTPException(500, "internal error") from error
        return [{"name": one["cn"], "office": one["office"]} for one in found]

    @router.post("/addresses/check", summary="Whether an address is one of the shop")
    def check_address(given: Address) -> dict[str, bool]:
        try:
            return {"ours": sinks.is_address(given.email, unsafe=world.faulty("api.redos.address"))}
        except sinks.Refused as error:
            raise HTTPException(422, "too long") from error

    @router.get("/quotes", summary="What an amount costs", response_class=Response)
    def quote(amount: str = "1") -> Response:
        try:
            return Response(str(round(100 / float(amount), 2)), media_type="text/plain")
        except (ValueError, ZeroDivisionError) as error:
            if world.faulty("api.config.traceback"):
                return Response(_traceback_of(error), status_code=500, media_type="text/plain")
            raise HTTPException(422, "amount") from error

    @router.get("/quotes/bulk", summary="What amounts cost")
    def quotes(amounts: str = "1,2") -> list[float]:
        try:
            return [round(100 / float(amount), 2) for amount in amounts.split(",")]
        except (ValueError, ZeroDivisionError) as error:
            raise HTTPException(500, "internal error") from error

    return router


def _traceback_of(error: Exception) -> str:
    return "".join(traceback.format_exception(error))
