"""Pieces of HTML and letters."""

import html

import jinja2
from flask import render_template_string
from markupsafe import Markup, escape

FOOTER = Markup("<footer>Help desk, <a href='/ready'>status</a></footer>")
LETTERS = jinja2.Environment(loader=jinja2.DictLoader({"hello": "Dear {{ name }},\nwe answer soon."}), autoescape=False)


def comment(text):
    return Markup(f"<p class='comment'>{text}</p>")


def quoted(text):
    return Markup(f"<blockquote>{html.escape(text)}</blockquote>")


def heading(text):
    return Markup("<h2>{}</h2>").format(text)


def badge(count):
    return Markup("<b>%d</b>" % count)


def letter(name):
    return LETTERS.get_template("hello").render(name=name)


def page(template, **values):
    return render_template_string(template, **values)


def greeting(name):
    return render_template_string("<p>Hello {{ name }}</p>", name=name)


def signature(text):
    return jinja2.Template(text).render(company="Help desk")


def subject(kind):
    lines = {"new": "Ticket {{ number }} opened", "done": "Ticket {{ number }} closed"}
    return jinja2.Template(lines.get(kind, "Ticket {{ number }}")).render(number=7)


def preview(text):
    return jinja2.Template(text).render()


def banner(text):
    return f"<div class='banner'>{escape(text)}</div>"
