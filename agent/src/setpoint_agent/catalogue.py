"""What the agent can tell: each kind of weakness by name, with its CWE. Sinks name a kind; reports carry it.

CWE numbers are those of https://cwe.mitre.org/data/ at the level that scanners of the field report at, so that
findings of several tools can be joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of weakness."""

    name: str
    cwe: int
    title: str


SQL_INJECTION: Final = Kind("sql-injection", 89, "Input reaches the text of an SQL statement")
NOSQL_INJECTION: Final = Kind("nosql-injection", 943, "Input reaches the structure of a database query")
COMMAND_INJECTION: Final = Kind("command-injection", 78, "Input reaches a command that a shell or the system runs")
CODE_INJECTION: Final = Kind("code-injection", 94, "Input reaches Python code that is run")
TEMPLATE_INJECTION: Final = Kind("template-injection", 1336, "Input reaches the text of a template")
PATH_TRAVERSAL: Final = Kind("path-traversal", 22, "Input reaches the path of a file")
ARCHIVE_TRAVERSAL: Final = Kind("archive-traversal", 22, "Names inside an uploaded archive reach the paths of files")
LDAP_INJECTION: Final = Kind("ldap-injection", 90, "Input reaches the text of an LDAP filter or name")
XPATH_INJECTION: Final = Kind("xpath-injection", 643, "Input reaches the text of an XPath expression")
REQUEST_FORGERY: Final = Kind("server-side-request-forgery", 918, "Input chooses the host or path of an outbound call")
OPEN_REDIRECT: Final = Kind("open-redirect", 601, "Input chooses where a visitor is sent")
HEADER_INJECTION: Final = Kind("header-injection", 113, "Input reaches a header of the response")
LOG_INJECTION: Final = Kind("log-injection", 117, "Input reaches a log line as it is")
DESERIALISATION: Final = Kind("unsafe-deserialisation", 502, "Input is turned into objects by a reader that runs code")
CROSS_SITE_SCRIPTING: Final = Kind("cross-site-scripting", 79, "Input reaches a page unescaped")
MAIL_INJECTION: Final = Kind("mail-header-injection", 93, "Input reaches the headers of an e-mail")
REGEX_INJECTION: Final = Kind("regex-injection", 1333, "Input reaches the text of a regular expression")
TRUST_BOUNDARY: Final = Kind("trust-boundary", 501, "Input is kept in a session as if it were trusted")
WEAK_HASH: Final = Kind("weak-hash", 328, "A hash that no longer resists attacks")
WEAK_CIPHER: Final = Kind("weak-cipher", 327, "A cipher or mode that no longer resists attacks")
WEAK_RANDOMNESS: Final = Kind("weak-randomness", 330, "Predictable numbers in the application's own code")
INSECURE_COOKIE: Final = Kind("insecure-cookie", 614, "A cookie without Secure")
COOKIE_WITHOUT_HTTPONLY: Final = Kind("cookie-without-httponly", 1004, "A cookie that scripts can read")
COOKIE_WITHOUT_SAMESITE: Final = Kind("cookie-without-samesite", 1275, "A cookie that other sites' requests carry")
EXTERNAL_ENTITIES: Final = Kind("xml-external-entities", 611, "An XML parser that follows external entities")
TLS_UNVERIFIED: Final = Kind("tls-unverified", 295, "TLS without checking the other side's certificate")
WEAK_TOKEN_KEY: Final = Kind("weak-token-key", 798, "A token's key that is written in the code or easily guessed")
TOKEN_UNVERIFIED: Final = Kind("token-unverified", 347, "A token whose signature is not checked")
DEBUG_MODE: Final = Kind("debug-mode", 489, "Debug mode is on")
BOUND_TO_ALL: Final = Kind("bound-to-all-interfaces", 605, "A listener on every interface")

KINDS: Final[tuple[Kind, ...]] = tuple(each for each in list(globals().values()) if isinstance(each, Kind))
"""Every kind, in the order of this file."""
