"""Pages, labels and letters of the warehouse."""

import html

import jinja2
from mako.template import Template

PAGES = jinja2.Environment(loader=jinja2.DictLoader({"item": "<h1>{{ name }}</h1>"}), autoescape=True)
LABELS = jinja2.Environment(loader=jinja2.DictLoader({"label": "<div>{{ text }}</div>"}))
LAYOUT = "<html><body class='warehouse'>CONTENT</body></html>"


def item(name):
    return PAGES.get_template("item").render(name=name)


def label(content):
    return LABELS.get_template("label").render(text=content)


def wrapped(content):
    return LAYOUT.replace("CONTENT", content)


def escaped(content):
    return LAYOUT.replace("CONTENT", html.escape(content))


def custom(source):
    return jinja2.Environment(autoescape=True).from_string(source).render(stock=3)


def letter(source):
    return Template(source).render(name="Ada")


def notice(name):
    return jinja2.Environment(autoescape=True).from_string("Stock of {{ name }} is low").render(name=name)


def reminder(days):
    return Template("In ${days} days").render(days=int(days))


def subject(source):
    line = "Order: " + source
    return jinja2.Template(line).render(order=1)


def old_letter(source):
    return Template(source).render()
