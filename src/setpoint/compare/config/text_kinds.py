"""What a text holds, by the name of its property: which decides in what other spellings AWS may return it.

Called once per property, by `rules`; `spellings` compares texts by it. Where no name says anything, a text is compared
as it stands: services keep what they are given, but for what is named here with the page that says so.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class TextKind(StrEnum):
    PLAIN = "plain"
    """Nothing is known of it: its case counts."""
    EXACT = "exact"
    """Somebody chose it letter by letter: every character counts."""
    WORD = "word"
    """One of a fixed set of words, though the schema may not list them."""
    HOST = "host"
    """The name of a host or a domain (RFC 1034)."""
    HEADER = "header"
    """The name of an HTTP header (RFC 9110)."""
    INSPECTED = "inspected"
    """The name of what AWS WAF looks at in a request."""
    IDENTIFIER = "identifier"
    """Stored in lower case, whatever was declared."""
    BLOCK = "block"
    """A block of addresses: its host bits mean nothing."""
    ISSUER = "issuer"
    """A URL that is returned without its `https://`."""
    ENGINE_VERSION = "engine version"
    """Completed by the provider."""


_EXACT: Final = frozenset(
    {
        "Comment", "Description", "DetailType", "Value", "Values", "Variables",
        # Origins and redirections are compared as strings (RFC 6454, section 6.2; RFC 6749, section 3.1.2.3).
        "AllowOrigins", "AllowedOrigins", "CallbackURLs", "CallbackUrls", "DefaultRedirectURI", "LogoutURLs",
        "LogoutUrls", "RedirectURIs", "RedirectUris", "RedirectURLs", "RedirectUrls",
    }
)  # fmt: skip
"""Texts for people, or for programs of one's own."""

_TAGS: Final = re.compile(r"Tags(\[\*\]|$)")

_WORDS: Final = (
    "Type", "Types", "Engine", "EngineName", "Protocol", "Protocols", "Mode", "Status", "State", "Scheme", "Method",
    "Methods",
)  # fmt: skip
"""Endings of the names of properties that take one of a few words, in whatever case."""

_HOST: Final = re.compile(
    r"(^|[a-z])(C[nN][aA][mM][eE]s?|Domain(s|Names?)?|D[nN][sS]Names?|F[qQ][dD][nN]|(?<!Virtual)Host(s|[nN]ames?)?"
    r"|HostedZoneName|SubjectAlternativeNames)$"
)
_HOSTS_OF: Final = {"CloudFront": ("Aliases",), "Route53": ("Name", "ResourceRecords")}
"""Service → what it calls hosts. Route 53 takes them with the last full stop and without it, and returns them in lower
case (Amazon Route 53 API Reference, ResourceRecordSet)."""

_HEADER: Final = re.compile(
    r"((^|\.)(Allow|Allowed|AllowedRequest|AllowedResponse|Expose|Exposed|Excluded|Included)?Headers(\[\*\])?"
    r"|AccessControl(Allow|Expose)Headers\.Items\[\*\]|HeaderNames?(\[\*\])?|Headers?(\[\*\])?\.Name|\]\.Header)$"
)
_INSPECTED: Final = re.compile(r"FieldToMatch\.Single(Header|QueryArgument)\.Name$")

_LOWERING: Final = frozenset({"DAX", "DMS", "DocDB", "ElastiCache", "Neptune", "RDS", "Redshift"})
"""Services whose API references say of their identifiers that they are stored as lower-case strings (Amazon RDS API
Reference, CreateDBParameterGroup; Amazon Redshift, CreateClusterParameterGroup; AWS DMS, CreateReplicationInstance)."""

_IDENTIFIER: Final = re.compile(r"(?!EC2)\w*(Identifier|Family|(Cluster|Group)(Name|Id))")
_ISSUERS: Final = frozenset({("AWS::IAM::OIDCProvider", "Url")})
"""(type, path); IAM API Reference, GetOpenIDConnectProvider."""

_BLOCK: Final = re.compile(r"C[iI][dD][rR]")


def text_kind(path: str, type_name: str = "") -> TextKind:
    """Of the property at this schema path; for one that no schema describes, its name is the path."""
    name = path.removesuffix("[*]").rpartition(".")[2]
    if name in _EXACT or _TAGS.search(path):
        return TextKind.EXACT
    return _of_type(path, name, type_name) or _of_name(path, name)


def _of_type(path: str, name: str, type_name: str) -> TextKind | None:
    """Where only one type, or the types of one service, use the name so."""
    service = type_name.partition("::")[2].partition("::")[0]
    if (type_name, path) in _ISSUERS:
        return TextKind.ISSUER
    if name in _HOSTS_OF.get(service, ()):
        return TextKind.HOST
    if service in _LOWERING and _IDENTIFIER.fullmatch(path):
        return TextKind.IDENTIFIER
    return None


def _of_name(path: str, name: str) -> TextKind:
    if name.endswith("EngineVersion"):
        return TextKind.ENGINE_VERSION
    if name.endswith(_WORDS):
        return TextKind.WORD
    if _INSPECTED.search(path):
        return TextKind.INSPECTED
    if _HEADER.search(path):
        return TextKind.HEADER
    if _HOST.search(name):
        return TextKind.HOST
    return TextKind.BLOCK if _BLOCK.search(name) else TextKind.PLAIN
