"""The checks of this theme. Read by `checks.every`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from setpoint.scan.dast.checks.configuration.api_documents import ApiDocuments
from setpoint.scan.dast.checks.configuration.backups import BackupFiles
from setpoint.scan.dast.checks.configuration.caching import PrivateCaching
from setpoint.scan.dast.checks.configuration.cookies import Cookies
from setpoint.scan.dast.checks.configuration.error_pages import ErrorPages
from setpoint.scan.dast.checks.configuration.exposed_files import ExposedFiles
from setpoint.scan.dast.checks.configuration.headers import SecurityHeaders
from setpoint.scan.dast.checks.configuration.listings import DirectoryListings
from setpoint.scan.dast.checks.configuration.methods import Methods
from setpoint.scan.dast.checks.configuration.other_versions import OtherVersions
from setpoint.scan.dast.checks.configuration.published_keys import PublishedKeys
from setpoint.scan.dast.checks.configuration.transport import Transport
from setpoint.scan.dast.checks.configuration.undocumented import UndocumentedRoutes
from setpoint.scan.dast.checks.configuration.versions import VersionDisclosure
from setpoint.scan.dast.interface import Check

CHECKS: Final[tuple[Callable[[], Check], ...]] = (
    Transport,
    SecurityHeaders,
    PrivateCaching,
    Cookies,
    VersionDisclosure,
    Methods,
    ErrorPages,
    ExposedFiles,
    BackupFiles,
    PublishedKeys,
    DirectoryListings,
    ApiDocuments,
    UndocumentedRoutes,
    OtherVersions,
)
