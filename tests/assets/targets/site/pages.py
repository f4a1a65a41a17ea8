"""The public pages: search, catalogue, comments, cards, tools and redirects. Nearly every kind of injection has its
page here.
"""

import sqlite3
import traceback
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, Response, abort, redirect, request
from lxml import etree
from markupsafe import Markup
from tests.assets.targets import sinks
from tests.assets.targets.site.account import is_own_path
from tests.assets.targets.site.data import BRANCHES, DIRECTORY
from tests.assets.targets.site.sessions import Visitors, page, query_form
from tests.assets.targets.world import World

PARTNERS = frozenset({"partner.shop.test", "press.shop.test"})
SORTS = {"price": "price", "title": "title"}


class RawRedirect(Response):
    """Sends the address as it is, line breaks and all, past the framework's check."""

    def __init__(self, address: str) -> None:
        super().__init__("", status=302)
        self.address = address

    def __call__(self, environ: Any, start_response: Any) -> Any:
        start_response("302 FOUND", [*self.headers.items(), ("Location", self.address)])
        return [b""]


def text_pages(application: Flask, world: World, visitors: Visitors) -> None:
    """Where a visitor's words are shown again."""

    def as_shown(fault: str, words: str) -> str | Markup:
        return Markup(words) if world.faulty(fault) else words

    @application.get("/search")
    def search() -> Any:
        words = request.args.get("q", "")[:500]
        return page(
            "Search",
            query_form("/search", "q"),
            Markup("<p>Nothing found for {}</p>").format(as_shown("site.xss.query", words)),
        )

    @application.get("/find")
    def find() -> Any:
        words = request.args.get("q", "")[:500]
        return page("Find", query_form("/find", "q", words), Markup("<p>Nothing found for {}</p>").format(words))

    @application.get("/api/suggest")
    def suggest() -> Any:
        response = application.json.response({"words": request.args.get("q", "")[:500]})
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @application.get("/tags/<path:tag>")
    def tag(tag: str) -> Any:
        return page("Tag", Markup("<p>Articles about {}</p>").format(as_shown("site.xss.path", tag)))

    @application.get("/blog/<path:slug>")
    def blog(slug: str) -> Any:
        if slug == "first":
            return page("Our blog", "We have opened")
        return page("Not found", f"There is no page {slug}")  # a soft 404: with 200

    @application.get("/welcome")
    def welcome() -> Any:
        theme = unquote(request.cookies.get("theme", "light"))
        response = page(
            "Welcome", Markup("<p>You have chosen the theme {}</p>").format(as_shown("site.xss.cookie", theme))
        )
        if "theme" not in request.cookies:
            response.set_cookie("theme", "light", httponly=True, samesite="Lax", secure=world.tls)
        return response

    @application.get("/thanks")
    def thanks() -> Any:
        came_from = request.headers.get("Referer", "")[:500]
        return page("Thank you", Markup("<p>You came from {}</p>").format(as_shown("site.xss.header", came_from)))

    def book(path: str, title: str, fault: str | None) -> None:
        """A page of remarks; the fault shows them unescaped."""

        def show() -> Any:
            rows = world.database.rows("SELECT text FROM comments WHERE book = ? ORDER BY id DESC LIMIT 50", (path,))
            texts = [as_shown(fault, row["text"]) if fault else row["text"] for row in rows]
            return page(title, visitors.form(path, "text"), *(Markup("<p>{}</p>").format(text) for text in texts))

        def add() -> Any:
            visitors.need_token()
            world.database.insert("comments", text=request.form.get("text", "")[:1_000], book=path)
            return redirect(path)

        application.add_url_rule(path, f"show {path}", show, methods=["GET"])
        application.add_url_rule(path, f"add {path}", add, methods=["POST"])

    book("/comments", "Comments", "site.xss.stored")
    book("/guestbook", "Guest book", None)

    @application.get("/cards")
    def show_card() -> Any:
        return page("A card", visitors.form("/cards", "text"))

    @application.post("/cards")
    def card() -> Any:
        visitors.need_token()
        try:
            text = sinks.render_notice(
                request.form.get("text", "")[:1_000], "friend", unsafe=world.faulty("site.template.card")
            )
        except sinks.Refused:
            return page("A card", "This card cannot be made", status=422)
        return page("A card", text)


def catalogue_pages(application: Flask, world: World) -> None:
    """What is sold, and where."""

    @application.get("/catalogue")
    def catalogue() -> Any:
        category = request.args.get("category", "kettles")[:300]
        try:
            if world.faulty("site.sql.query"):
                rows = world.database.rows(f"SELECT * FROM articles WHERE hidden = 0 AND category = '{category}'")
            else:
                rows = world.database.rows("SELECT * FROM articles WHERE hidden = 0 AND category = ?", (category,))
        except sqlite3.Error as error:
            return page("Catalogue", f"sqlite3.{type(error).__name__}: {error}", status=500)
        links = [
            Markup('<p><a href="/catalogue/{}">{}</a> {}</p>').format(row["slug"], row["title"], row["price"])
            for row in rows
        ]
        return page("Catalogue", query_form("/catalogue", "category"), *links)

    @application.get("/catalogue/<slug>")
    def article(slug: str) -> Any:
        if world.faulty("site.sql.path"):
            found = world.database.one(f"SELECT * FROM articles WHERE hidden = 0 AND slug = '{slug[:300]}'")
        else:
            found = world.database.one("SELECT * FROM articles WHERE hidden = 0 AND slug = ?", (slug,))
        return (
            page(found["title"], f"Price: {found['price']}")
            if found
            else page("Not found", "No such article", status=404)
        )

    @application.get("/catalogue/sorted")
    def ordered() -> Any:
        order = SORTS.get(request.args.get("order", ""), "title")
        rows = world.database.rows(f"SELECT title FROM articles WHERE hidden = 0 ORDER BY {order}")
        return page("Catalogue, sorted", *(Markup("<p>{}</p>").format(row["title"]) for row in rows))

    @application.get("/stores")
    def stores() -> Any:
        city = request.args.get("city", "York")
        if any(sign in city for sign in "'\"<>;"):  # fails on signs without any injection behind it
            abort(500)
        return page("Stores", query_form("/stores", "city"), f"Our store in {city} opens at nine")

    @application.get("/branches")
    def branches() -> Any:
        city, tree = request.args.get("city", "York")[:300], etree.fromstring(BRANCHES)
        try:
            if world.faulty("site.xpath.branches"):
                names = tree.xpath(f"//branch[city='{city}']/name/text()")
            else:
                names = tree.xpath(
                    "//branch[city=$city]/name/text()", city="".join(sign for sign in city if sign.isprintable())
                )
        except etree.XPathError:
            abort(500)
        listed = names if isinstance(names, list) else [names]
        return page(
            "Branches", query_form("/branches", "city"), *(Markup("<p>{}</p>").format(str(name)) for name in listed)
        )

    @application.get("/directory")
    def directory() -> Any:
        name = request.args.get("name", "Ada")[:200]
        value = name if world.faulty("site.ldap.directory") else sinks.escape_filter(name)
        try:
            found = sinks.search_directory(DIRECTORY, f"(&(objectClass=person)(cn={value})(public=yes))")
        except sinks.Refused:
            abort(500)
        return page(
            "Who is who", query_form("/directory", "name"), *(f"{one['cn']}: {one['office']} " for one in found)
        )


def tool_pages(application: Flask, world: World, visitors: Visitors) -> None:
    """Files, hosts, addresses, XML."""

    @application.get("/download")
    def download() -> Any:
        return text_file(request.args.get("file", "summer.txt"), unsafe=world.faulty("site.path.download"))

    @application.get("/brochures")
    def brochure() -> Any:
        return text_file(request.args.get("name", "summer.txt"), unsafe=False)

    def text_file(name: str, *, unsafe: bool) -> Any:
        try:
            return Response(
                sinks.read_text(world.folder / "brochures", name[:500], unsafe=unsafe), mimetype="text/plain"
            )
        except FileNotFoundError:
            abort(404)

    @application.get("/tools/lookup")
    def lookup() -> Any:
        try:
            output = sinks.probe_host(
                request.args.get("host", "localhost")[:300], world.folder, unsafe=world.faulty("site.command.lookup")
            )
        except sinks.Refused:
            abort(400)
        return page("Lookup", query_form("/tools/lookup", "host"), Markup("<pre>{}</pre>").format(output))

    @application.get("/import")
    def show_import() -> Any:
        return page("Import a feed", visitors.form("/import", "feed", kind="file", encoding="multipart/form-data"))

    @application.post("/import")
    def import_feed() -> Any:
        visitors.need_token()
        given = request.files.get("feed")
        document = given.stream.read(20_000) if given else request.form.get("feed", "").encode()[:20_000]
        try:
            names = sinks.read_names(document, unsafe=world.faulty("site.xxe.feed"))
        except sinks.Refused:
            abort(400)
        return page("Import a feed", *(Markup("<p>{}</p>").format(name) for name in names))

    @application.get("/preview")
    def show_preview() -> Any:
        return page("Preview of a link", visitors.form("/preview", "url"))

    @application.post("/preview")
    def preview() -> Any:
        visitors.need_token()
        try:
            text = sinks.fetch(
                request.form.get("url", "")[:500], world.metadata_port, unsafe=world.faulty("site.ssrf.preview")
            )
        except sinks.Refused:
            return page("Preview of a link", "This address is not allowed", status=422)
        except sinks.Unreachable:
            return page("Preview of a link", "The address does not answer", status=502)
        return page("Preview of a link", Markup("<pre>{}</pre>").format(text))

    @application.get("/newsletter")
    def show_newsletter() -> Any:
        return page("Newsletter", visitors.form("/newsletter", "email"))

    @application.post("/newsletter")
    def subscribe() -> Any:
        visitors.need_token()
        email = request.form.get("email", "")
        try:
            if not sinks.is_address(email, unsafe=world.faulty("site.redos.newsletter")):
                return page("Newsletter", "This is no address of the shop")
        except sinks.Refused:
            return page("Newsletter", "This address is too long")
        world.database.insert("subscriptions", email=email)
        return page("Newsletter", "Thank you")

    def amount_page(path: str, name: str, fault: str | None) -> None:
        """Works with a number; the fault shows a traceback for what is none."""

        def show() -> Any:
            try:
                return page("Numbers", query_form(path, name), str(round(100 / float(request.args.get(name, "2")), 2)))
            except (ValueError, ZeroDivisionError) as error:
                if fault is None:
                    abort(500)
                if not world.faulty(fault):
                    abort(400)
                return traceback_page(error)

        application.add_url_rule(path, f"amount {path}", show, methods=["GET"])

    def traceback_page(error: Exception) -> Any:
        return page(
            type(error).__name__, Markup("<pre>{}</pre>").format("".join(traceback.format_exception(error))), status=500
        )

    amount_page("/calculator", "amount", "site.config.traceback")
    amount_page("/calendar", "month", None)


def redirect_pages(application: Flask, world: World) -> None:
    """Pages that send the visitor elsewhere."""

    def send_to(address: str) -> Any:
        try:
            return redirect(address)
        except ValueError:  # a line break
            abort(400)

    def wanted() -> str:
        return request.args.get("to", "/")[:500]

    @application.get("/go")
    def go() -> Any:
        return send_to(wanted() if world.faulty("site.redirect.go") or is_own_path(wanted()) else "/")

    @application.get("/bounce")
    def bounce() -> Any:
        taken = wanted().startswith("/") if world.faulty("site.redirect.bounce") else is_own_path(wanted())
        return send_to(wanted() if taken else "/")

    @application.get("/back")
    def back() -> Any:
        return send_to(wanted() if is_own_path(wanted()) else "/")

    @application.get("/leave")
    def leave() -> Any:
        try:
            parts = urlsplit(wanted())
        except ValueError:
            abort(400)
        allowed = (
            parts.scheme == "https" and parts.netloc in PARTNERS and wanted().isprintable() and "\\" not in wanted()
        )
        return send_to(wanted()) if allowed else abort(400)

    @application.get("/language")
    def language() -> Any:
        if world.faulty("site.header.language"):
            return RawRedirect(f"/?language={wanted()}")
        return send_to(f"/?language={'en' if not wanted().isalpha() else wanted()}")

    @application.get("/region")
    def region() -> Any:
        if not wanted().isprintable():
            abort(400)
        return send_to("/?region=" + ("north" if not wanted().isalpha() else wanted()))
