"""How the site is run: headers, error pages, files that should not be there, the cache, CORS, and the methods it
answers.
"""

import mimetypes
import time
from typing import Any

from flask import Flask, Response, abort, request
from markupsafe import Markup
from tests.assets.targets.site.account import PUBLIC_ADDRESS
from tests.assets.targets.site.sessions import Visitors, page
from tests.assets.targets.world import CurrentRequest, World, current, fresh_token
from werkzeug.exceptions import HTTPException
from werkzeug.utils import secure_filename

CACHED_SECONDS = 30
EXPOSED = {
    "/.git/HEAD": ("site.exposed.git", "text/plain", "ref: refs/heads/main\n"),
    "/.git/config": (
        "site.exposed.git",
        "text/plain",
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"
        '[remote "origin"]\n\turl = git@git.shop.test:site.git\n',
    ),
    "/.env": (
        "site.exposed.env",
        "text/plain",
        "APP_ENV=production\nDB_PASSWORD=h0p-and-barley\nSECRET_KEY=0c9d7ab3\n",
    ),
    "/backup.sql": (
        "site.exposed.backup",
        "application/sql",
        "-- dump of shop\nCREATE TABLE users (id INTEGER, password TEXT);\nINSERT INTO users VALUES (1, 'x');\n",
    ),
    "/server-status": (
        "site.exposed.status",
        "text/plain",
        "Server Status for shop\nServer uptime: 12 days\nTotal accesses: 90121\n"
        "127.0.0.1 GET /staff/reports HTTP/1.1\n",
    ),
}
"""Path → fault, kind, content."""
GOOD_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'"


def operation_pages(application: Flask, world: World, visitors: Visitors) -> None:
    @application.get("/")
    def home() -> Any:
        base = PUBLIC_ADDRESS
        if world.faulty("site.config.host-header"):
            base = f"http://{request.headers.get('X-Forwarded-Host') or request.headers.get('Host', '')}"
        return page(
            "The shop", "Kettles, lamps and chairs", head=Markup('<link rel="canonical" href="{}/">').format(base)
        )

    @application.get("/healthz")
    def health() -> Any:
        return {"status": "up"}

    @application.get("/robots.txt")
    def robots() -> Any:
        return Response("User-agent: *\nDisallow: /staff\n", mimetype="text/plain")

    def exposed() -> Any:
        fault, kind, content = EXPOSED[request.path]
        return Response(content, mimetype=kind) if world.faulty(fault) else abort(404)

    for path in EXPOSED:
        application.add_url_rule(path, f"exposed {path}", exposed, methods=["GET"])

    @application.get("/console")
    def console() -> Any:
        if not world.faulty("site.config.console"):
            abort(404)
        return page(
            "Interactive Console",
            "Debugger is active. Type Python code.",
            Markup('<pre class="console">[console ready]\n&gt;&gt;&gt; </pre>'),
        )

    @application.get("/static/")
    def static_root() -> Any:
        abort(403)

    @application.get("/static/uploads/")
    def listing() -> Any:
        if not world.faulty("site.config.listing"):
            abort(403)
        names = sorted(one.name for one in (world.folder / "uploads").iterdir())
        return page(
            "Index of /static/uploads/",
            *(Markup('<p><a href="/static/uploads/{0}">{0}</a></p>').format(name) for name in names),
        )

    @application.get("/static/uploads/<name>")
    def uploaded(name: str) -> Any:
        path = world.folder / "uploads" / secure_filename(name)[:200]
        if not path.is_file():
            abort(404)
        kind = mimetypes.guess_type(path.name)[0] or "text/plain"
        if kind not in {"image/png", "text/plain"} and not world.faulty("site.upload.avatar"):
            kind = "application/octet-stream"
        return Response(path.read_bytes(), mimetype=kind)

    @application.get("/portal")
    def portal() -> Any:
        response = page("Portal", "Everything in one place")
        if world.faulty("site.config.csp-weak"):
            response.headers["Content-Security-Policy"] = (
                "default-src *; script-src * 'unsafe-inline' 'unsafe-eval' data:"
            )
        return response

    @application.get("/widgets")
    def widgets() -> Any:
        nonce = fresh_token()
        response = page("Widgets", Markup('<script nonce="{}">document.title += "!"</script>').format(nonce))
        response.headers["Content-Security-Policy"] = (
            f"{POLICY}; frame-ancestors 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'unsafe-inline' https:"
        )
        return response


def cached_pages(application: Flask, world: World) -> None:
    """Two pages behind a cache whose key is the address alone."""

    def from_cache(make: Any) -> Response:
        kept = world.state.setdefault("cache", {})
        body, at = kept.get(request.full_path, (None, 0.0))
        fresh = body is not None and time.monotonic() - at < CACHED_SECONDS
        if not fresh:
            body, at = make(), time.monotonic()
            if len(kept) < 10_000:
                kept[request.full_path] = (body, at)
        response = Response(body, mimetype="text/html")
        response.headers.update(
            {
                "Cache-Control": f"public, max-age={CACHED_SECONDS}",
                "Age": str(int(time.monotonic() - at)),
                "X-Cache": "hit" if fresh else "miss",
            }
        )
        return response

    @application.get("/news")
    def news() -> Any:
        def make() -> str:
            host = request.headers.get("X-Forwarded-Host", "") if world.faulty("site.cache.news") else ""
            if (
                host and not request.query_string
            ):  # other visitors would get it: a careful tester adds a query of its own
                world.journal.record("poison the cache", outside=1)
            address = f"//{host}/news.js" if host else "/static/uploads/logo.txt"
            return page("News", Markup('<link rel="preload" href="{}">').format(address), "The lamp is back").get_data(
                as_text=True
            )

        return from_cache(make)

    @application.get("/weather")
    def weather() -> Any:
        return from_cache(lambda: page("Weather", "Sunny in York").get_data(as_text=True))


def cross_origin_pages(application: Flask, world: World, visitors: Visitors) -> None:
    @application.get("/api/profile")
    def profile() -> Any:
        user = visitors.need_user()
        response = application.json.response({"name": user["display_name"], "email": user["email"]})
        origin = request.headers.get("Origin", "")
        allowed = origin.startswith(world.origin) if world.faulty("site.cors.prefix") else origin == world.origin
        if allowed and origin.isprintable():
            response.headers.update(
                {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Vary": "Origin"}
            )
        return response

    @application.get("/api/stores")
    def stores_for_partners() -> Any:
        response = application.json.response({"stores": ["York", "Bath"]})
        response.headers.update({"Access-Control-Allow-Origin": "https://partner.shop.test", "Vary": "Origin"})
        return response


def every_answer(application: Flask, world: World) -> None:
    """What comes before and after every page."""

    @application.before_request
    def name_request() -> Any:
        rule = request.url_rule.rule if request.url_rule else ""
        current.set(CurrentRequest(request.method, request.path, lambda: rule))
        if request.method == "TRACE":
            if not world.faulty("site.config.trace"):
                abort(405)
            lines = [f"TRACE {request.full_path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
            return Response("\r\n".join(lines), content_type="message/http")
        return None

    @application.after_request
    def add_headers(response: Any) -> Any:
        headers = response.headers
        for name, value in GOOD_HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        framing = "" if world.faulty("site.config.framing") else "; frame-ancestors 'none'"
        if framing:
            headers["X-Frame-Options"] = "DENY"
        if not world.faulty("site.config.csp-missing"):
            headers.setdefault("Content-Security-Policy", POLICY + framing)
        if not world.faulty("site.config.nosniff"):
            headers["X-Content-Type-Options"] = "nosniff"
        if world.faulty("site.config.server-header"):
            headers.update({"Server": "Apache/2.4.41 (Ubuntu)", "X-Powered-By": "Flask/1.1.2 Python/3.8.10"})
        if world.tls and not world.faulty("tls.hsts"):
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response

    @application.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Any:
        status = error.code or 500
        response = page("Not possible", f"The answer is {status}", status=status)
        if status == 405 and getattr(error, "valid_methods", None):
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
        return response

    @application.errorhandler(OverflowError)
    def beyond_the_database(error: OverflowError) -> Any:
        return page("Not possible", "The answer is 404", status=404)

    @application.errorhandler(Exception)
    def failed(error: Exception) -> Any:
        return page("Something went wrong", "Please try again", status=500)
