"""What a Flask application answers: pages, redirects, headers, sessions, log lines."""

from __future__ import annotations

import html
import logging
from collections.abc import Callable
from typing import Any

import flask
import pytest
from tests.conftest import Watch

from setpoint_agent.request import current

FAMILIES = (
    "passages.escapers",
    "sinks.headers",
    "sinks.templates",
    "sinks.pages",
    "sinks.logging",
    "sinks.session",
)
COLOURS = {"blue": "#00f", "red": "#f00"}

log = logging.getLogger("shop")


def application() -> flask.Flask:
    made = flask.Flask(__name__)
    made.secret_key = "not a secret"
    for each in (*UNSAFE, *SAFE):
        made.add_url_rule(f"/{each.__name__}", view_func=each)
    return made


def word() -> str:
    return flask.request.args.get("q", "")


def page_of_text() -> str:
    name = word()
    return f"<p>Hello {name}</p>"


def page_by_percent() -> str:
    template = "<p>Hello %s</p>"
    return template % flask.request.args["q"]


def page_with_safe() -> str:
    return flask.render_template_string("<p>Hello {{ name|safe }}</p>", name=word())


def page_once_escaped_once_not() -> str:
    return flask.render_template_string("<b>{{ name }}</b><p>{{ name|safe }}</p>", name=word())


def page_of_response() -> flask.Response:
    return flask.Response(f"<p>{word().upper()}</p>")


def page_of_a_piece() -> str:
    return "<p>" + word().split()[0] + "</p>"


def page_streamed() -> flask.Response:
    name = word()

    def chunks() -> Any:
        yield "<p>Hel"
        yield f"lo {name}</p>"

    return flask.Response(chunks())


def redirect_to() -> Any:
    return flask.redirect(flask.request.args["q"])


def redirect_below_host() -> Any:
    response = flask.Response("", 302)
    response.headers["Location"] = f"https://{word()}.example.com/home"
    return response


def header_set() -> flask.Response:
    response = flask.jsonify(ok=True)
    response.headers["X-Shown"] = word()
    return response


def header_given() -> flask.Response:
    return flask.Response("fine", headers={"X-Shown": f"for {word()}"}, mimetype="text/plain")


def header_returned() -> Any:
    return "fine", 200, {"X-Shown": word(), "Content-Type": "text/plain"}


def session_set() -> str:
    flask.session["colour"] = word()
    return "fine"


def session_named() -> str:
    flask.session[word()] = True
    return "fine"


def session_updated() -> str:
    flask.session.update(colours=[word()])
    return "fine"


def log_formatted() -> str:
    log.warning(f"asked for {word()}")
    return "fine"


def log_with_arguments() -> str:
    log.info("asked for %s by %d", word(), 7)
    return "fine"


def log_of_application() -> str:
    flask.current_app.logger.error("asked for %(what)s", {"what": word()})
    return "fine"


UNSAFE: dict[Callable[[], Any], str] = {
    page_of_text: "cross-site-scripting",
    page_by_percent: "cross-site-scripting",
    page_with_safe: "cross-site-scripting",
    page_once_escaped_once_not: "cross-site-scripting",
    page_of_response: "cross-site-scripting",
    page_of_a_piece: "cross-site-scripting",
    page_streamed: "cross-site-scripting",
    redirect_to: "open-redirect",
    redirect_below_host: "open-redirect",
    header_set: "header-injection",
    header_given: "header-injection",
    header_returned: "header-injection",
    session_set: "trust-boundary",
    session_named: "trust-boundary",
    session_updated: "trust-boundary",
    log_formatted: "log-injection",
    log_with_arguments: "log-injection",
    log_of_application: "log-injection",
}


def page_escaped() -> str:
    return f"<p>Hello {html.escape(word())}</p>"


def page_of_template() -> str:
    return flask.render_template_string("<p title='{{ name }}'>Hello {{ name }}</p>", name=word())


def page_with_the_word() -> str:
    return flask.render_template_string("<label>John Smith or blue</label> {{ name }}", name=word())


def page_listed() -> str:
    name = word()
    if name not in {"John Smith", "blue"}:
        flask.abort(400)
    return f"<p>Hello {name}</p>"


def page_without() -> str:
    word()
    return "<p>Good bye, John Smith or blue</p>"


def not_a_page() -> flask.Response:
    return flask.jsonify(name=word())


def plain_text() -> flask.Response:
    return flask.Response(word(), mimetype="text/plain")


def attachment() -> flask.Response:
    return flask.Response(f"<p>{word()}</p>", headers={"Content-Disposition": "attachment"})


def redirect_with_query() -> Any:
    return flask.redirect(f"https://shop.example.com/search?q={word()}")


def redirect_to_route() -> Any:
    return flask.redirect(flask.url_for("not_a_page", q=word()))


def redirect_fixed() -> Any:
    word()
    return flask.redirect("/home")


def header_stripped() -> flask.Response:
    response = flask.jsonify(ok=True)
    response.headers["X-Shown"] = word().replace("\r", "").replace("\n", "")
    return response


def session_looked_up() -> str:
    flask.session["colour"] = COLOURS.get(word(), "#000")
    flash_only = word()
    flask.flash(flash_only)
    return "fine"


def log_quoted() -> str:
    log.warning("asked for %r", word())
    log.debug("asked for %s", word())
    log.warning("asked for %s", word().replace("\n", " ").replace("\r", " "))
    return "fine"


def log_constant() -> str:
    word()
    log.warning("asked for something")
    return "fine"


SAFE = (
    page_escaped,
    page_of_template,
    page_with_the_word,
    page_listed,
    page_without,
    not_a_page,
    plain_text,
    attachment,
    redirect_with_query,
    redirect_to_route,
    redirect_fixed,
    header_stripped,
    session_looked_up,
    log_quoted,
    log_constant,
)


@pytest.mark.parametrize("view", UNSAFE, ids=lambda each: each.__name__)
@pytest.mark.parametrize("value", ["John Smith", "blue"])
def test_unsafe(watching: Watch, view: Callable[[], Any], value: str) -> None:
    evidence = watching(*FAMILIES)
    answer = application().test_client().get(f"/{view.__name__}", query_string={"q": value})
    assert answer.status_code in {200, 302}
    answer.get_data()
    found = {each.kind.name: each for each in evidence}
    assert set(found) == {UNSAFE[view]}
    assert found[UNSAFE[view]].route == f"/{view.__name__}"
    assert view.__name__ in found[UNSAFE[view]].frames[0].function
    assert not found[UNSAFE[view]].attack


@pytest.mark.parametrize("view", SAFE, ids=lambda each: each.__name__)
@pytest.mark.parametrize("value", ["John Smith", "blue"])
def test_safe(watching: Watch, view: Callable[[], Any], value: str) -> None:
    evidence = watching(*FAMILIES)
    answer = application().test_client().get(f"/{view.__name__}", query_string={"q": value})
    assert answer.status_code in {200, 302}
    answer.get_data()
    assert [each.kind.name for each in evidence] == []


@pytest.mark.parametrize(
    ("view", "value"),
    [
        (page_of_text, "<script>alert(1)</script>"),
        (redirect_to, "//evil.example.org"),
        (log_formatted, "x\nERROR: all is lost"),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_attacks_are_told(watching: Watch, view: Callable[[], Any], value: str) -> None:
    evidence = watching(*FAMILIES)
    application().test_client().get(f"/{view.__name__}", query_string={"q": value}).get_data()
    assert [(each.kind.name, each.attack) for each in evidence] == [(UNSAFE[view], True)]


def test_changes_of_a_session_are_counted(watching: Watch) -> None:
    watching(*FAMILIES)
    seen: list[dict[str, int]] = []
    made = application()

    @made.after_request
    def note(response: flask.Response) -> flask.Response:
        request = current.get()
        seen.append(dict(request.effects) if request else {})
        return response

    made.test_client().get("/session_set?q=blue")
    made.test_client().get("/page_without")
    assert seen == [{"session-changes": 1}, {}]
