"""Templates made of input are found in every engine; input that fills a template is none, nor what a loader reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bottle
import django.conf
import django.template
import flask
import jinja2
import jinja2.sandbox
import mako.lookup
import mako.template
import pytest
import tornado.template
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of


@pytest.fixture(scope="module", autouse=True)
def configured() -> None:
    if not django.conf.settings.configured:
        django.conf.settings.configure()
    django.setup()


def jinja_template(name: str) -> Any:
    return jinja2.Template(f"Hello {name}").render()


def jinja_environment(name: str) -> Any:
    return jinja2.Environment(autoescape=True).from_string(f"Hello {name}").render()


def jinja_expression(name: str) -> Any:
    return jinja2.Environment(autoescape=True).compile_expression(f"'{name}'")()


def with_flask(name: str) -> Any:
    with flask.Flask(__name__).app_context():
        return flask.render_template_string(f"Hello {name}")


def mako_template(name: str) -> Any:
    return mako.template.Template(f"Hello {name}").render()


def mako_by_name(name: str) -> Any:
    return mako.template.Template(text=f"Hello {name}").render()


def with_django(name: str) -> Any:
    engine = django.template.Engine()
    return django.template.Template(f"Hello {name}", engine=engine).render(django.template.Context())


def with_django_engine(name: str) -> Any:
    return django.template.Engine().from_string(f"Hello {name}").render(django.template.Context())


def with_tornado(name: str) -> Any:
    return tornado.template.Template(f"Hello {name}").generate()


def with_bottle(name: str) -> Any:
    return bottle.template(f"Hello {name}!\n")


def with_bottle_template(name: str) -> Any:
    return bottle.SimpleTemplate(source=f"Hello {name}").render()


@pytest.mark.parametrize(
    "run",
    [
        jinja_template,
        jinja_environment,
        jinja_expression,
        with_flask,
        mako_template,
        mako_by_name,
        with_django,
        with_django_engine,
        with_tornado,
        with_bottle,
        with_bottle_template,
    ],
)
def test_a_value_in_a_template_is_found(watching: Watch, smith: str, run: Callable[[str], Any]) -> None:
    kept = watching("sinks.template")
    with request_of(smith):
        run(smith)
    assert [each.kind.name for each in kept] == ["template-injection"]
    assert kept[0].frames[-1].function == run.__name__


def test_what_fills_a_template_is_not(watching: Watch, smith: str, tmp_path: Path) -> None:
    kept = watching("sinks.template")
    (tmp_path / "page.html").write_text(f"Hello {smith} {{{{ name }}}}")
    (tmp_path / "page.mako").write_text(f"Hello {smith} ${{name}}")
    with request_of(smith):
        jinja2.Template("Hello {{ name }}").render(name=smith)
        jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path)).get_template("page.html").render(name=smith)
        jinja2.sandbox.SandboxedEnvironment().from_string(f"Hello {smith}").render()
        mako.template.Template("Hello ${name}").render(name=smith)
        mako.lookup.TemplateLookup([str(tmp_path)]).get_template("page.mako").render(name=smith)
        engine = django.template.Engine(dirs=[str(tmp_path)])
        engine.get_template("page.html").render(django.template.Context({"name": smith}))
        tornado.template.Loader(str(tmp_path)).load("page.html").generate(name=smith)
        bottle.template("Hello {{name}}\n", name=smith)
    assert kept == []


def test_an_attack_is_told_from_a_flow(watching: Watch) -> None:
    kept = watching("sinks.template")
    attack = "*".join(["{{7", "7}}"])
    with request_of(attack):
        assert jinja2.Template(f"Hello {attack}").render() == "Hello 49"
    assert [each.attack for each in kept] == [True]
