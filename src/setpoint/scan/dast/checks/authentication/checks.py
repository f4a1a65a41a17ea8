"""The checks of this theme, in the order in which they are made.

A scan makes few accounts: what needs one comes before what tries many. What may lock an account comes last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from setpoint.scan.dast.checks.authentication.attempt_limits import AttemptLimits
from setpoint.scan.dast.checks.authentication.credentials_in_urls import CredentialsInUrls
from setpoint.scan.dast.checks.authentication.ended_tokens import EndedTokens
from setpoint.scan.dast.checks.authentication.enumeration import AccountEnumeration
from setpoint.scan.dast.checks.authentication.made_up_credentials import MadeUpCredentials
from setpoint.scan.dast.checks.authentication.missing_authentication import MissingAuthentication
from setpoint.scan.dast.checks.authentication.open_writes import OpenWrites
from setpoint.scan.dast.checks.authentication.password_changes import PasswordChanges
from setpoint.scan.dast.checks.authentication.privileged_registrations import PrivilegedRegistrations
from setpoint.scan.dast.checks.authentication.refresh_tokens import RefreshTokens
from setpoint.scan.dast.checks.authentication.session_contents import SessionContents
from setpoint.scan.dast.checks.authentication.session_endings import SessionFixation, SessionSurvivesLogout
from setpoint.scan.dast.checks.authentication.token_forgery import TokenForgery
from setpoint.scan.dast.checks.authentication.weak_passwords import WeakPasswords
from setpoint.scan.dast.checks.authentication.weak_token_secret import WeakTokenSecret
from setpoint.scan.dast.interface import Check

CHECKS: Final[tuple[Callable[[], Check], ...]] = (
    MissingAuthentication,
    MadeUpCredentials,
    OpenWrites,
    TokenForgery,
    WeakTokenSecret,
    EndedTokens,
    RefreshTokens,
    SessionContents,
    SessionFixation,
    SessionSurvivesLogout,
    CredentialsInUrls,
    PasswordChanges,
    WeakPasswords,
    AccountEnumeration,
    PrivilegedRegistrations,
    AttemptLimits,
)
