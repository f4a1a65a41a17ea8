"""Rules that staff may write for prices and stock."""

import operator

OPERATORS = {"add": operator.add, "sub": operator.sub}
CHECKS = ["1 + 1 == 2", "len('ab') == 2"]


def price(rule, base):
    return eval(rule, {}, {"base": base})


def apply(rules, values):
    scope = dict(values)
    for rule in rules:
        exec(rule, {}, scope)
    return scope


def prepared(rule):
    code = compile(rule, "<rule>", "eval")
    return eval(code, {"stock": 5})


def driver(name):
    return __import__(name).__name__


def self_test():
    return all(eval(check) for check in CHECKS)


def combine(name, left, right):
    return OPERATORS.get(name, operator.add)(left, right)


def counted(number):
    assert number > 0
    return eval(f"{int(number)} * 2")


def old_rule(rule):
    return eval(rule)
