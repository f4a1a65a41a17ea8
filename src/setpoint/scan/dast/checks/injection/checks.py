"""The checks of this theme, in the order in which they are made. Read by `checks/every`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from setpoint.scan.dast.checks.injection.code import CodeInjection
from setpoint.scan.dast.checks.injection.command import CommandInjection
from setpoint.scan.dast.checks.injection.deserialisation import UnsafeDeserialisation
from setpoint.scan.dast.checks.injection.graphql_injection import GraphQLInjection
from setpoint.scan.dast.checks.injection.ldap import LdapInjection
from setpoint.scan.dast.checks.injection.mail import MailHeaderInjection
from setpoint.scan.dast.checks.injection.nosql import NoSqlInjection
from setpoint.scan.dast.checks.injection.nosql_logins import NoSqlInjectionInLogins
from setpoint.scan.dast.checks.injection.sql import SqlInjection
from setpoint.scan.dast.checks.injection.sql_fields import SqlInjectionInFieldNames
from setpoint.scan.dast.checks.injection.sql_logins import SqlInjectionInLogins
from setpoint.scan.dast.checks.injection.sql_registrations import SqlInjectionInRegistrations
from setpoint.scan.dast.checks.injection.stored_sql import StoredSqlInjection
from setpoint.scan.dast.checks.injection.stored_template import StoredTemplateInjection
from setpoint.scan.dast.checks.injection.template import TemplateInjection
from setpoint.scan.dast.checks.injection.xpath import XPathInjection
from setpoint.scan.dast.interface import Check

CHECKS: Final[tuple[Callable[[], Check], ...]] = (
    SqlInjection,
    SqlInjectionInFieldNames,
    SqlInjectionInLogins,
    SqlInjectionInRegistrations,
    GraphQLInjection,
    NoSqlInjection,
    NoSqlInjectionInLogins,
    CommandInjection,
    TemplateInjection,
    StoredTemplateInjection,
    StoredSqlInjection,
    CodeInjection,
    XPathInjection,
    LdapInjection,
    UnsafeDeserialisation,
    MailHeaderInjection,
)
