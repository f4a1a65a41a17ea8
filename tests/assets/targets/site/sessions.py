"""The visitor's session, the hidden token of every form, and the pages' frame. Used by all pages of the site."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

from flask import Response, abort, g, request
from markupsafe import Markup, escape
from tests.assets.targets.world import Row, World, fresh_token, same

NAVIGATION = (
    "/",
    "/search?q=lamp",
    "/find?q=lamp",
    "/catalogue?category=kettles",
    "/catalogue/copper-kettle",
    "/catalogue/sorted?order=price",
    "/stores?city=York",
    "/tags/lamps",
    "/blog/first",
    "/welcome",
    "/thanks",
    "/comments",
    "/guestbook",
    "/cards",
    "/import",
    "/preview",
    "/directory?name=Ada",
    "/branches?city=York",
    "/newsletter",
    "/download?file=summer.txt",
    "/brochures?name=summer.txt",
    "/tools/lookup?host=localhost",
    "/go?to=/catalogue",
    "/bounce?to=/catalogue",
    "/leave?to=https://partner.shop.test/",
    "/back?to=/catalogue",
    "/language?to=en",
    "/region?to=north",
    "/news",
    "/weather",
    "/portal",
    "/widgets",
    "/calculator?amount=2",
    "/calendar?month=3",
    "/statistics",
    "/login",
    "/register",
    "/forgot",
    "/static/uploads/logo.txt",
)
"""What every page links to; what a crawler can find without logging in."""


@dataclass
class Session:
    identifier: str
    user: int | None = None
    csrf: str = field(default_factory=fresh_token)


class Visitors:
    """The open sessions of the site."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def open(self) -> dict[str, Session]:
        found: dict[str, Session] = self.world.state.setdefault("sessions", {})
        return found

    def current(self) -> Session:
        """The visitor's session; a new one if the cookie names none."""
        if "session" not in g:
            g.session = self.open.get(request.cookies.get("sid", "")) or self._begin(fresh_token())
        found: Session = g.session
        return found

    def _begin(self, identifier: str) -> Session:
        session = self.open[identifier] = Session(identifier)
        g.new_cookie = True
        return session

    def log_in(self, user: int) -> None:
        session = self.current()
        if not self.world.faulty("site.session.fixation"):
            self.open.pop(session.identifier, None)
            session = g.session = self._begin(fresh_token())
        session.user = user

    def log_out(self) -> None:
        session = self.current()
        if not self.world.faulty("site.session.logout"):
            self.open.pop(session.identifier, None)
        g.session = self._begin(fresh_token())

    def end_others(self, user: int) -> None:
        mine = self.current().identifier
        for identifier in [one.identifier for one in self.open.values() if one.user == user and one.identifier != mine]:
            del self.open[identifier]

    def user(self) -> Row | None:
        number = self.current().user
        return self.world.database.one("SELECT * FROM users WHERE id = ?", (number,)) if number is not None else None

    def remembered(self) -> Row | None:
        """The user of the cookie `remember`, which the repaired site does not know."""
        given = request.cookies.get("remember", "")
        if not given or not self.world.faulty("site.cookie.remember"):
            return None
        try:
            name = base64.b64decode(given).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
        return self.world.database.one("SELECT * FROM users WHERE username = ?", (name,))

    def need_user(self) -> Row:
        found = self.user()
        if found is None:
            abort(401)
        return found

    def need_token(self) -> None:
        """The hidden field of the form, against forged requests."""
        if not same(request.form.get("csrf", ""), self.current().csrf):
            abort(400)

    def cookies(self, response: Response) -> Response:
        """Sends the session's cookie if it is new."""
        if g.get("new_cookie"):
            response.set_cookie(
                "sid",
                g.session.identifier,
                httponly=not self.world.faulty("site.cookie.httponly"),
                samesite=None if self.world.faulty("site.cookie.samesite") else "Lax",
                secure=self.world.tls and not self.world.faulty("tls.cookie-secure"),
            )
        return response

    def form(
        self, action: str, *fields: str, kind: str = "text", encoding: str = "application/x-www-form-urlencoded"
    ) -> Markup:
        """A form that is posted, with the hidden token."""
        inputs = Markup("").join(
            Markup('<label>{0} <input name="{0}" type="{1}"></label>').format(
                name, "password" if "password" in name else kind
            )
            for name in fields
        )
        return Markup(
            '<form method="post" action="{}" enctype="{}"><input type="hidden" name="csrf" value="{}">'
            "{}<button>Send</button></form>"
        ).format(action, encoding, self.current().csrf, inputs)


def query_form(action: str, field_name: str, value: str = "") -> Markup:
    """A form that asks by GET."""
    return Markup(
        '<form action="{0}"><label>{1} <input name="{1}" value="{2}"></label><button>Ask</button></form>'
    ).format(action, field_name, value)


def page(title: str, *parts: Any, status: int = 200, head: Markup = Markup("")) -> Response:
    """A whole page; every part that is not Markup is escaped."""
    links = Markup(" ").join(Markup('<a href="{0}">{0}</a>').format(path) for path in NAVIGATION)
    body = Markup("\n").join(escape(part) for part in parts)
    text = Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{0}</title>{1}</head>'
        "<body><nav>{2}</nav><h1>{0}</h1>\n{3}\n</body></html>"
    ).format(title, head, links, body)
    return Response(str(text), status=status, mimetype="text/html")
