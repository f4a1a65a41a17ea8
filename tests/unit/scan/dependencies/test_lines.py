"""The line of a lockfile that lists a package, in every format whose reader does not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.scan.dependencies.lines import line_of

POETRY = """\
[[package]]
name = "requests-oauthlib"
version = "2.0.0"

[[package]]
name = "requests"
version = "2.19.0"
"""
NPM = """\
{
  "node_modules/lodash.merge": {
    "version": "4.17.20"
  },
  "node_modules/lodash": {
    "version": "4.17.20"
"""
NESTED = """\
{
  "node_modules/@babel/core": {
    "version": "7.0.0"
  },
  "node_modules/a/node_modules/@babel/core": {
    "version": "7.1.0"
"""
MAVEN = """\
<dependency>
  <groupId>org.apache.logging.log4j</groupId>
  <artifactId>log4j-core</artifactId>
  <version>2.14.1</version>
"""
PIPFILE = '{\n "default": {\n  "Ruamel.Yaml": {\n   "version": "==0.17"\n'


@pytest.mark.parametrize(
    ("text", "package", "version", "line"),
    [
        (POETRY, "pypi/requests", "2.19.0", 6),
        (POETRY, "pypi/requests", "3.0.0", 0),
        (PIPFILE, "pypi/ruamel-yaml", "0.17", 3),
        (NPM, "npm/lodash", "4.17.20", 5),
        (NESTED, "npm/@babel/core", "7.1.0", 5),
        ("lodash@^4.0.0:\n  version 4.17.20\n", "npm/lodash", "4.17.20", 1),
        (MAVEN, "maven/org.apache.logging.log4j/log4j-core", "2.14.1", 3),
        ("", "pypi/requests", "2.19.0", 0),
    ],
)
def test_the_line_that_lists_it(text: str, package: str, version: str, line: int) -> None:
    assert line_of(text, package, version) == line


@given(st.text(max_size=200), st.text(max_size=20), st.text(max_size=10))
def test_whatever_it_is_given_it_names_a_line_of_the_text(text: str, package: str, version: str) -> None:
    assert 0 <= line_of(text, package, version) <= len(text.splitlines())
