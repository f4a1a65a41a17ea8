"""What functions and attributes of libraries do with a value, by their last name: `flow` cannot follow it into them."""

from __future__ import annotations

from typing import Final

CONVERTERS: Final = frozenset(
    [
        "int",
        "float",
        "complex",
        "bool",
        "len",
        "hash",
        "ord",
        "abs",
        "round",
        "sum",
        "Decimal",
        "UUID",
        "fromisoformat",
        "strptime",
        "ip_address",
        "ip_network",
        "hexdigest",
        "digest",
        "token_hex",
        "crc32",
        "adler32",
        "ObjectId",
        "bit_length",
        "count",
        "index",
        "find",
    ]
)
"""Functions that give nothing back of the characters of their arguments, by their last name."""
CLEANERS: Final = {
    "basename": "path",
    "secure_filename": "path",
    "safe_join": "path",
    "quote": "shell",
    "quote_plus": "url",
    "urlencode": "url",
    "escape_filter_chars": "ldap",
    "escape_rdn": "ldap",
    "quoteattr": "html",
    "str": "nosql",
}
"""Escapers by their last name → language that they suffice for; those that run are seen by `passages` as well."""
LINES: Final = frozenset({"header", "log"})
"""Languages of which the only boundary is the end of a line: `repr` escapes it, `isprintable` refuses it."""
LINE_ENDS: Final = frozenset({"\n", "\r", "\r\n"})
ESCAPING_CODECS: Final = frozenset({"unicode_escape", "unicode-escape"})
"""Codecs that escape the ends of lines."""
NAME_PARTS: Final = frozenset({"name", "stem"})
"""What `pathlib` gives of a path without any folder."""
PLAIN_CALLS: Final = frozenset(
    [
        "abspath",
        "body",
        "bytes",
        "capitalize",
        "casefold",
        "decode",
        "dict",
        "encode",
        "expanduser",
        "form",
        "format",
        "fspath",
        "get",
        "get_argument",
        "get_data",
        "get_json",
        "get_query_argument",
        "getlist",
        "getone",
        "items",
        "join",
        "joinpath",
        "json",
        "keys",
        "list",
        "lower",
        "lstrip",
        "normpath",
        "Path",
        "pop",
        "PurePath",
        "realpath",
        "replace",
        "resolve",
        "rsplit",
        "rstrip",
        "set",
        "sorted",
        "split",
        "splitlines",
        "str",
        "strip",
        "text",
        "title",
        "tuple",
        "unquote",
        "unquote_plus",
        "upper",
        "values",
    ]
)
"""Functions of which it is known, by their last name, that they check and escape nothing."""
PLAIN_MODULES: Final = frozenset({"os", "posixpath", "ntpath", "pathlib", "urllib.parse"})
COMPOSERS: Final = frozenset({"join", "format", "str", "bytes", "Path", "PurePath", "joinpath", "urljoin", "text"})
"""Functions whose result holds the literals that they are given."""
PARTS_OF_REQUESTS: Final = frozenset(
    [
        "args",
        "body",
        "content_type",
        "cookies",
        "data",
        "files",
        "form",
        "full_path",
        "get_full_path",
        "headers",
        "host",
        "json",
        "media",
        "params",
        "path",
        "path_params",
        "query",
        "query_params",
        "query_string",
        "raw_uri",
        "referrer",
        "request",
        "stream",
        "url",
        "user_agent",
        "values",
        "view_args",
        "COOKIES",
        "FILES",
        "GET",
        "META",
        "POST",
    ]
)
"""Attributes of frameworks' requests: what they hold is as it came."""
WHOLE_REQUESTS: Final = frozenset({"request", "req"})
"""What views call their request."""
REQUESTS: Final = WHOLE_REQUESTS | {"self"}
"""The same, or what has it."""
