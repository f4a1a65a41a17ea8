"""A site with pages, forms and a login, as targets without a document are."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask, Response, abort, redirect, request

from setpoint.model.dast import Caller, Operation


class NotesSite:
    """Notes of two people; every form that writes needs the session's token, which is good for one request."""

    def __init__(self) -> None:
        self.notes: dict[int, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.refused = 0
        self.logged_out = False
        self.app = self._app()

    def _app(self) -> Flask:
        app = Flask("notes")
        app.add_url_rule("/", view_func=self.home)
        app.add_url_rule("/search", view_func=self.search)
        app.add_url_rule("/robots.txt", view_func=self.robots)
        app.add_url_rule("/hidden", view_func=self.hidden)
        app.add_url_rule("/logout", view_func=self.logout)
        app.add_url_rule("/notes", view_func=self.list)
        app.add_url_rule("/notes/new", view_func=self.new)
        app.add_url_rule("/notes", view_func=self.create, methods=["POST"])
        app.add_url_rule("/notes/<int:number>", view_func=self.read)
        app.add_url_rule("/notes/<int:number>/edit", view_func=self.edit)
        app.add_url_rule("/notes/<int:number>/edit", view_func=self.update, methods=["POST"])
        app.add_url_rule("/app.js", view_func=self.script)
        return app

    def who(self) -> str:
        return {"s-ann": "ann", "s-bob": "bob"}.get(request.cookies.get("session", ""), "")

    def member(self) -> str:
        return self.who() or abort(redirect("/login?next=/notes"))

    def token(self) -> str:
        fresh = secrets.token_hex(16)
        self.tokens[self.member()] = fresh
        return f'<input type="hidden" name="csrf_token" value="{fresh}">'

    def check(self) -> None:
        if request.form.get("csrf_token") != self.tokens.pop(self.member(), None):
            self.refused += 1
            abort(400)

    def home(self) -> str:
        inside = '<a href="/notes">notes</a> <a href="/logout">leave</a>' if self.who() else ""
        return f"""<a href="/search?q=tea&page=1">search</a> <a href="/search?q=milk">more</a> {inside}
            <a href="mailto:a@b.example">mail</a> <a href="https://elsewhere.example/x">other</a>
            <a href="/missing">gone</a> <img src="/a.png"> <script src="/app.js"></script>"""

    def robots(self) -> str:
        return "User-agent: *\nDisallow: /hidden\nDisallow: /no"

    def hidden(self) -> str:
        return "<p>not linked</p>"

    def script(self) -> Response:
        text = """fetch("/api/items/" + id);
            fetch('/api/items', {method: 'POST', body: JSON.stringify({title, size: 3})});
            const r = /[a-z]/g; // no address"""
        return Response(text, 200, {"content-type": "text/javascript"})

    def search(self) -> str:
        return '<form action="/search"><input name="q"><input name="sort" value="date"><button>go</button></form>'

    def logout(self) -> str:
        self.logged_out = True
        return "bye"

    def list(self) -> str:
        own = [number for number, note in self.notes.items() if note["owner"] == self.member()]
        return '<a href="/notes/new">new</a>' + "".join(f'<a href="/notes/{each}">{each}</a>' for each in own)

    def new(self) -> str:
        fields = '<input name="title"><textarea name="text"></textarea>'
        return f'<form method="post" action="/notes">{self.token()}{fields}</form>'

    def create(self) -> Any:
        self.check()
        number = 41 + len(self.notes)
        self.notes[number] = {"owner": self.member(), "title": request.form["title"], "text": request.form["text"]}
        return redirect("/notes")

    def own(self, number: int) -> dict[str, str]:
        note = self.notes.get(number)
        if note is None or note["owner"] != self.member():
            abort(404)
        return note

    def read(self, number: int) -> str:
        return f'<h1>{self.own(number)["title"]}</h1><a href="/notes/{number}/edit">edit</a>'

    def edit(self, number: int) -> str:
        note = self.own(number)
        fields = f'<input name="title" value="{note["title"]}"><textarea name="text">{note["text"]}</textarea>'
        return f'<form method="post">{self.token()}{fields}</form>'

    def update(self, number: int) -> Any:
        self.check()
        self.own(number).update({name: request.form[name] for name in ("title", "text")})
        return redirect(f"/notes/{number}")


ANN, BOB = Caller("ann", "user", 1), Caller("bob", "user", 1)
COOKIES = {ANN: (("cookie", "session=s-ann"),), BOB: (("cookie", "session=s-bob"),)}


def safe(operation: Operation) -> str:
    """What the safe profile says of this site."""
    return "it ends the session" if "logout" in operation.path else ""
