"""Small formulas that customers and reports use."""

import ast
import importlib
import re

CALCULATIONS = ("statistics", "fractions")
HOURS_A_WEEK = "7 * 24"


def evaluate(formula):
    return eval(formula, {"__builtins__": {}}, {"tickets": 3})


def evaluate_number(formula):
    if not re.fullmatch(r"[0-9+*/() -]{1,40}", formula) or "**" in formula:
        raise ValueError("no sum")
    return eval(formula)


def hours():
    return eval(HOURS_A_WEEK)


def literal(text):
    return ast.literal_eval(text)


def load(name):
    return importlib.import_module(name).__name__


def load_known(index):
    return importlib.import_module(CALCULATIONS[int(index) % 2]).__name__


def run_macro(source):
    scope = {"result": None}
    exec(source, scope)
    return scope["result"]


def run_legacy_macro(source):
    exec(compile(source, "macro", "exec"), {})
