"""The checks of this theme, in the order in which they are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from setpoint.scan.dast.checks.exposure.cache_deception import DeceivedCaches
from setpoint.scan.dast.checks.exposure.cors import CrossOriginReading
from setpoint.scan.dast.checks.exposure.exports import OpenExports
from setpoint.scan.dast.checks.exposure.graphql import OpenGraphQL
from setpoint.scan.dast.checks.exposure.graphql_access import GraphQLAccess
from setpoint.scan.dast.checks.exposure.graphql_forgery import ForgedGraphQL
from setpoint.scan.dast.checks.exposure.hosts import BelievedHosts, PoisonedCaches
from setpoint.scan.dast.checks.exposure.jsonp import PaddedAnswers
from setpoint.scan.dast.checks.exposure.login_redirects import LoginRedirects
from setpoint.scan.dast.checks.exposure.page_size import UnboundedPages
from setpoint.scan.dast.checks.exposure.redirects import OpenRedirects
from setpoint.scan.dast.checks.exposure.reset_links import ResetLinks
from setpoint.scan.dast.checks.exposure.smuggling import AmbiguousRequests
from setpoint.scan.dast.checks.exposure.third_party import ThirdParties
from setpoint.scan.dast.checks.exposure.uploads import StoredPages
from setpoint.scan.dast.checks.exposure.webhooks import ForgedWebhooks
from setpoint.scan.dast.checks.exposure.websockets import ForeignWebSockets
from setpoint.scan.dast.interface import Check

CHECKS: Final[tuple[Callable[[], Check], ...]] = (
    CrossOriginReading,
    OpenRedirects,
    LoginRedirects,
    BelievedHosts,
    PoisonedCaches,
    DeceivedCaches,
    PaddedAnswers,
    ThirdParties,
    UnboundedPages,
    OpenExports,
    OpenGraphQL,
    ForgedGraphQL,
    GraphQLAccess,
    ForgedWebhooks,
    ForeignWebSockets,
    StoredPages,
    ResetLinks,
    AmbiguousRequests,
)
