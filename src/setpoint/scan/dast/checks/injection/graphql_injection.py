"""Injection in the arguments of GraphQL: the checks of injection, on the fields of a schema that can be read off.

A body holds one text for the whole query, so what those put into it breaks the query before any resolver runs. Here
each argument is a part of its own, and is sent as a variable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Fault, PlannedRequest
from setpoint.scan.dast.checks.exposure.graphql_endpoints import planned
from setpoint.scan.dast.checks.exposure.graphql_fields import MOST_MUTATIONS, MOST_QUERIES
from setpoint.scan.dast.checks.exposure.graphql_service import services
from setpoint.scan.dast.checks.injection.code import CodeInjection
from setpoint.scan.dast.checks.injection.command import CommandInjection
from setpoint.scan.dast.checks.injection.sql import SqlInjection
from setpoint.scan.dast.checks.injection.template import TemplateInjection
from setpoint.scan.dast.checks.reflection.traversal import PathTraversal
from setpoint.scan.dast.interface import Workbench

_ABOUT: Final = 40
"""Requests to a field, as far as one can say: most arguments do not react, and take a few."""


class GraphQLInjection:
    """Values of GraphQL arguments that are run as SQL, commands or templates, or lead to files."""

    name = "graphql-injection"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(bench, self.name, _ABOUT * (MOST_QUERIES + MOST_MUTATIONS), 2 * MOST_QUERIES)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for service in services(bench):
            checks = (SqlInjection(), CommandInjection(), TemplateInjection(), CodeInjection(), PathTraversal())
            yield from service.faults(checks)
