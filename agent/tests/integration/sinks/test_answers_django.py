"""What a Django application answers: pages, redirects, headers, sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import django
import pytest
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.template import engines
from django.test import RequestFactory, override_settings
from django.urls import path, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from tests.conftest import Watch

FAMILIES = (
    "passages.escapers",
    "passages.validators",
    "sinks.headers",
    "sinks.templates",
    "sinks.pages",
    "sinks.session",
)

if not settings.configured:
    settings.configure(
        SECRET_KEY="not a secret",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()


def render(source: str, **context: Any) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(source).render(context))


def page_of_text(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<p>Hello {request.GET['q']}</p>")


def page_written(request: HttpRequest) -> HttpResponse:
    response = HttpResponse()
    response.write("<p>Hello ")
    response.write(request.GET["q"])
    return response


def page_marked_safe(request: HttpRequest) -> HttpResponse:
    return render("<p>Hello {{ name }}</p>", name=mark_safe(request.GET["q"]))


def page_with_safe(request: HttpRequest) -> HttpResponse:
    return render("<p>{{ name }} and {{ name|safe }}</p>", name=request.GET["q"])


def page_without_autoescape(request: HttpRequest) -> HttpResponse:
    return render("{% autoescape off %}<p>Hello {{ name }}</p>{% endautoescape %}", name=request.GET["q"])


def redirect_to(request: HttpRequest) -> HttpResponse:
    return redirect("/" + request.GET["q"])


def redirect_by_class(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("http://" + request.GET["q"].replace(" ", "-") + "/home")


def header_set(request: HttpRequest) -> HttpResponse:
    response = JsonResponse({})
    response["X-Shown"] = request.GET["q"]
    return response


def header_given(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine", headers={"X-Shown": request.GET["q"]}, content_type="text/plain")


def session_set(request: HttpRequest) -> HttpResponse:
    request.session["colour"] = request.GET["q"]
    return HttpResponse("fine")


def state_signed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(signing.dumps({"for": request.GET["q"]}), content_type="text/plain")


def cookie_signed(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("fine")
    response.set_signed_cookie("shown", request.GET["q"])
    return response


UNSAFE: dict[Callable[[HttpRequest], HttpResponse], str] = {
    page_of_text: "cross-site-scripting",
    page_written: "cross-site-scripting",
    page_marked_safe: "cross-site-scripting",
    page_with_safe: "cross-site-scripting",
    page_without_autoescape: "cross-site-scripting",
    redirect_to: "open-redirect",
    redirect_by_class: "open-redirect",
    header_set: "header-injection",
    header_given: "header-injection",
    session_set: "trust-boundary",
    state_signed: "trust-boundary",
    cookie_signed: "trust-boundary",
}


def page_escaped(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<p>Dear {escape(request.GET['q'])}</p>")


def page_formatted(request: HttpRequest) -> HttpResponse:
    return HttpResponse(format_html("<p>Dear {}</p>", request.GET["q"]))


def page_of_template(request: HttpRequest) -> HttpResponse:
    return render("<p>blue or John Smith</p>{% if name %}<b>{{ name }}</b>{% endif %}", name=request.GET["q"])


def page_of_number(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<p>{len(request.GET['q'])}</p>")


def redirect_with_query(request: HttpRequest) -> HttpResponse:
    return redirect("https://shop.example.com/search?q=" + request.GET["q"])


def redirect_to_route(request: HttpRequest) -> HttpResponse:
    return redirect(reverse("by-name", kwargs={"name": request.GET["q"]}))


def session_mapped(request: HttpRequest) -> HttpResponse:
    request.session["colour"] = {"blue": 1, "John Smith": 2}[request.GET["q"]]
    return HttpResponse("fine")


def by_name(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(escape(name))


SAFE = (
    page_escaped,
    page_formatted,
    page_of_template,
    page_of_number,
    redirect_with_query,
    redirect_to_route,
    session_mapped,
)

urlpatterns = [
    *(path(each.__name__, each) for each in (*UNSAFE, *SAFE)),
    path("<str:name>", by_name, name="by-name"),
]


@pytest.fixture(autouse=True)
def routes() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def ask(view: Callable[[HttpRequest], HttpResponse], value: str) -> int:
    """Through the WSGI handler, as a server does."""
    from django.core.wsgi import get_wsgi_application

    status: list[int] = []
    environ = RequestFactory().get(f"/{view.__name__}", {"q": value}).environ
    body = get_wsgi_application()(environ, lambda line, *_: status.append(int(line[:3])))
    for _ in body:
        pass
    body.close()
    return status[0]


@pytest.mark.parametrize("view", UNSAFE, ids=lambda each: each.__name__)
@pytest.mark.parametrize("value", ["John Smith", "blue"])
def test_unsafe(watching: Watch, view: Callable[[HttpRequest], HttpResponse], value: str) -> None:
    evidence = watching(*FAMILIES)
    assert ask(view, value) in {200, 302}
    assert {each.kind.name for each in evidence} == {UNSAFE[view]}
    assert view.__name__ in {each.function for found in evidence for each in found.frames}


@pytest.mark.parametrize("view", SAFE, ids=lambda each: each.__name__)
@pytest.mark.parametrize("value", ["John Smith", "blue"])
def test_safe(watching: Watch, view: Callable[[HttpRequest], HttpResponse], value: str) -> None:
    evidence = watching(*FAMILIES)
    assert ask(view, value) in {200, 302}
    assert [each.kind.name for each in evidence] == []
