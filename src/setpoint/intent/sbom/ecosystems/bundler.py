"""Gemfile.lock (https://bundler.io/guides/rationale.html#checking-your-code-into-version-control)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.model.component import Problem
from setpoint.model.purl import Purl

_SECTION: Final = re.compile(r"[A-Z][A-Z ]*")
_SPEC: Final = re.compile(r" {4}([A-Za-z0-9._-]+) \(([^()\s-]+)(?:-([^()\s]+))?\)")
"""`nokogiri (1.15.0-x86_64-linux)`: what a gem needs is indented by two more."""
_REMOTE: Final = frozenset(("GEM", "GIT"))
"""Sections of gems that come from elsewhere; those below PATH are the project's own."""


def read_gemfile_lock(source: Source) -> Iterator[Found | Problem]:
    section = ""
    for where, line in source.lines():
        if _SECTION.fullmatch(line):
            section = line
        elif section in _REMOTE and (match := _SPEC.fullmatch(line)):
            name, version, platform = match.groups()
            yield Found(Purl.of("gem", "", name, version, qualifiers={"platform": platform or ""}), where)
