"""How much a Content-Security-Policy keeps out (CSP Level 3, https://www.w3.org/TR/CSP3/). Pure; called by `headers`.

Only what lets injected scripts run is a weakness: styles and images of anywhere are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

Policy = Mapping[str, tuple[str, ...]]
"""Directive → its sources, all in lower case: what nonces and hashes hold is of no account here."""

_NONCE_OR_HASH: Final = re.compile(r"'(nonce|sha256|sha384|sha512)-[^']+'")
_ANYWHERE: Final = frozenset({"*", "http:", "https:", "data:", "blob:", "http://*", "https://*"})
"""Sources that a person with bad intentions has, too."""


def policies_of(values: Iterable[str]) -> list[Policy]:
    """Of header fields: several policies in one are parted by commas, and the first of equal directives counts."""
    texts = [text for value in values for text in value.split(",")]
    return [policy for text in texts if (policy := _policy(text))]


def weaknesses(policies: Iterable[Policy]) -> dict[str, str]:
    """Directive at fault → why. All policies are enforced together, so that what one of them keeps out is kept out."""
    told = [_weaknesses(policy) for policy in policies]
    if not told:
        return {}
    first, *others = told
    return {key: why for key, why in first.items() if all(key in other for other in others)}


def keeps_frames_out(policies: Iterable[Policy]) -> bool:
    """Whether only chosen sites may show the page in a frame."""
    return any("frame-ancestors" in policy and not _ANYWHERE & set(policy["frame-ancestors"]) for policy in policies)


def _policy(text: str) -> Policy:
    policy: dict[str, tuple[str, ...]] = {}
    for directive in text.split(";"):
        name, *sources = directive.split()[:200] or [""]
        if name:
            policy.setdefault(name.lower(), tuple(each.lower() for each in sources))
    return policy


def _weaknesses(policy: Policy) -> dict[str, str]:
    found: dict[str, str] = {}
    scripts = policy.get("script-src", policy.get("default-src"))
    if scripts is None:
        found["script-src"] = "neither script-src nor default-src says where scripts may come from"
    else:
        found |= _weak_scripts(scripts)
    objects = policy.get("object-src", policy.get("default-src"))
    if objects is None:
        found["object-src"] = "neither object-src nor default-src keeps plug-ins out"
    elif _ANYWHERE & set(objects):
        found["object-src"] = "plug-ins may come from anywhere"
    if scripts and any(map(_NONCE_OR_HASH.fullmatch, scripts)) and "base-uri" not in policy:
        # a script that is trusted by its nonce is loaded from wherever an injected <base> points to
        found["base-uri"] = "base-uri is missing, so that an injected <base> moves scripts trusted by nonce or hash"
    return found


def _weak_scripts(scripts: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    trusts_by_name = any(map(_NONCE_OR_HASH.fullmatch, scripts))
    is_dynamic = "'strict-dynamic'" in scripts
    if "'unsafe-inline'" in scripts and not trusts_by_name and not is_dynamic:
        found["unsafe-inline"] = "scripts written into the page run ('unsafe-inline' without nonce or hash)"
    wide = sorted(_ANYWHERE & set(scripts))
    # browsers that know 'strict-dynamic' do not look at sources that are hosts or schemes
    if wide and not (is_dynamic and trusts_by_name):
        found["wildcard"] = f"scripts may come from anywhere ({', '.join(wide)})"
    if "'unsafe-eval'" in scripts:
        found["unsafe-eval"] = "text may become a script ('unsafe-eval')"
    return found
