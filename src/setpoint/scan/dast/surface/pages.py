"""What a page offers: where it links to, and its forms. Called by `crawl` and by whoever sends a form again."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from setpoint.model.canonical import Json
from setpoint.scan.dast.naming import words_of

TOKEN_FORMAT: Final = "form-token"  # noqa: S105 - the name of a format
"""In a part's schema, the format of a field that holds a token against forgery."""

MAX_LINKS: Final = 500
MAX_FORMS: Final = 40
MAX_FIELDS: Final = 100
"""Of one page: more than people's pages have."""

MAX_TEXT: Final = 1_000_000
"""Characters of a script or a document that addresses are looked for in."""

_LINKS: Final = (
    ("a", "href"),
    ("area", "href"),
    ("link", "href"),
    ("iframe", "src"),
    ("frame", "src"),
    ("script", "src"),
    ("form", "action"),
)
"""Elements that lead on, by their attribute; pictures and media lead nowhere."""

_METHODS: Final = ("data-method", "data-turbo-method")
"""Attributes by which frameworks make a form of a link (Rails, Turbo, Yii)."""
_SENT_AS_FORMS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_NOT_SENT: Final = frozenset({"submit", "button", "image", "reset"})

_TOKEN_NAME: Final = re.compile(
    r"csrf|xsrf|authenticity|nonce|(?:^|[_-])token$|^__requestverification|^__viewstate", re.IGNORECASE
)
"""As frameworks call it (Django, Rails, Flask-WTF, Laravel, Spring, ASP.NET)."""

_TOKEN_LENGTH: Final = 16
_TOKEN_BITS: Final = 3.0
"""Of a random text, per character; words have less (Shannon)."""

_QUOTED_PATH: Final = re.compile(r"""["'`](/[A-Za-z0-9_~.\-/{}$:%]{1,200}(?:\?[^"'`\s<>]{0,200})?)["'`]""")
"""A path from the root, between quotes of any kind."""

_LINK_IN_TEXT: Final = re.compile(r"""\b(?:href|action|src)\s*=\s*["']([^"'\s<>]{1,300})["']""", re.IGNORECASE)
_BARE_PATH: Final = re.compile(
    r"(?<![\w.:/<\"'`])(/[a-z][a-z0-9_-]{2,40}(?:/[a-z0-9_.-]{1,40}){0,5})(?=[\s,;.)]|$)", re.MULTILINE
)
"""As people write one in a sentence: `moved to /old-admin`."""
MAX_COMMENTED: Final = 20
"""Addresses taken from the comments of one page."""

_FORMATS: Final = {"password": "password", "email": "email", "url": "uri", "date": "date", "file": "binary"}
_NUMBERS: Final = frozenset({"number", "range"})


@dataclass(frozen=True, slots=True)
class Field:
    """What a form sends under one name."""

    name: str
    value: str
    schema: Mapping[str, Json] = field(hash=False)
    is_required: bool
    is_free: bool
    """People type it: what stands there is no more than an offer."""


@dataclass(frozen=True, slots=True)
class Form:
    method: str
    address: str
    """Where it is sent, whole."""
    encoding: str
    fields: tuple[Field, ...]
    label: str = ""
    """What its button says."""

    @property
    def path(self) -> str:
        return urlsplit(self.address).path

    @property
    def values(self) -> dict[str, str]:
        return {each.name: each.value for each in self.fields}


def links_of(page: Any, url: str) -> Iterator[str]:
    """Whole addresses, without their fragments, in their order."""
    if page is None:
        return
    home = home_of(page, url)
    count = 0
    for element in page.iter(*(tag for tag, _ in _LINKS)):
        for tag, attribute in _LINKS:
            value = element.get(attribute) if element.tag == tag else None
            if value is not None and method_of_link(element) == "GET" and (address := joined(home, value)):
                count += 1
                if count > MAX_LINKS:
                    return
                yield address


def method_of_link(link: Any) -> str:
    """By which it is sent: another than GET where a script makes a form of it."""
    said = next((value.upper() for each in _METHODS if (value := link.get(each))), "GET")
    return said if said in _SENT_AS_FORMS else "GET"


def paths_in(text: str) -> Iterator[str]:
    """Paths that stand between quotes in a script or a JSON document."""
    seen: set[str] = set()
    for found in _QUOTED_PATH.finditer(text[:MAX_TEXT]):
        path = found[1]
        if path not in seen and not path.startswith("//") and len(seen) < MAX_LINKS:
            seen.add(path)
            yield path


def commented_in(page: Any) -> Iterator[str]:
    """Addresses in comments of the page: what was taken out of it may still be there."""
    if page is None:
        return
    text = "\n".join(each.text or "" for each in page.getroottree().xpath("//comment()"))[:MAX_TEXT]
    found = dict.fromkeys(_LINK_IN_TEXT.findall(text))
    yield from list(dict.fromkeys((*found, *paths_in(text), *_BARE_PATH.findall(text))))[:MAX_COMMENTED]


def scripts_of(page: Any) -> Iterator[str]:
    """The text of scripts that stand in the page itself."""
    if page is not None:
        yield from (element.text for element in page.iter("script") if element.text)


def forms_of(page: Any, url: str) -> list[Form]:
    """All forms of the page, as a browser would send them."""
    if page is None:
        return []
    home = home_of(page, url)
    return [form for element in list(page.iter("form"))[:MAX_FORMS] if (form := _form(element, home, url))]


def _form(element: Any, home: str, url: str) -> Form | None:
    address = joined(home, element.get("action") or "") if element.get("action") else url.partition("#")[0]
    method = (element.get("method") or "get").upper()
    if not address or method == "DIALOG" or _is_of_a_script(element):
        return None
    fields: dict[str, Field] = {}
    for each in list(_controls(element))[:MAX_FIELDS]:
        if (found := _field(each)) and (found.name not in fields or each.get("checked") is not None):
            fields[found.name] = found
    return Form(
        method="POST" if method == "POST" else "GET",
        address=address,
        encoding=(element.get("enctype") or "").lower(),
        fields=tuple(fields.values()),
        label=_label(element),
    )


def _is_of_a_script(form: Any) -> bool:
    """A password would stand in the page's own address: what says neither where nor how is sent by a script."""
    is_silent = form.get("action") is None and form.get("method") is None
    return is_silent and any((each.get("type") or "").lower() == "password" for each in form.iter("input"))


def _controls(form: Any) -> Iterator[Any]:
    """Its own, and those elsewhere that say they belong to it."""
    yield from form.iter("input", "select", "textarea", "button")
    if name := form.get("id"):
        for each in form.getroottree().getroot().iter("input", "select", "textarea", "button"):
            if each.get("form") == name:
                yield each


def _field(element: Any) -> Field | None:
    name, kind = element.get("name"), (element.get("type") or "").lower()
    if not name or element.get("disabled") is not None:
        return None
    is_required = element.get("required") is not None
    value = element.get("value") or ""
    if element.tag == "select":
        return _selection(element, name, is_required=is_required)
    if element.tag == "textarea":
        return Field(name, (element.text or "").strip(), _limits(element), is_required, is_free=True)
    if element.tag == "button" or kind in _NOT_SENT:
        return Field(name, value, {"const": value}, is_required=False, is_free=False) if value else None
    return _input(name, kind, value, element, is_required=is_required)


def _input(name: str, kind: str, value: str, element: Any, *, is_required: bool) -> Field:
    if kind in ("checkbox", "radio"):
        return Field(name, value or "on", {"const": value or "on"}, is_required, is_free=False)
    if kind == "hidden":
        schema = {"type": "string", "format": TOKEN_FORMAT} if looks_like_token(name, value) else {"type": "string"}
        return Field(name, value, schema, is_required=True, is_free=False)
    return Field(name, value, _limits(element, kind), is_required, is_free=True)


def _selection(element: Any, name: str, *, is_required: bool) -> Field:
    options = list(element.iter("option"))
    offered = [value for each in options if (value := each.get("value", (each.text or "").strip()))]
    chosen = next((each for each in options if each.get("selected") is not None), None)
    value = chosen.get("value", (chosen.text or "").strip()) if chosen is not None else next(iter(offered), "")
    return Field(name, value, {"type": "string", "enum": offered} if offered else {}, is_required, is_free=False)


def _limits(element: Any, kind: str = "text") -> dict[str, Json]:
    if kind in _NUMBERS:
        limits = {"minimum": element.get("min"), "maximum": element.get("max")}
        numbers = {key: float(value) for key, value in limits.items() if value and _NUMBER.fullmatch(value)}
        return {"type": "number", **numbers}
    schema: dict[str, Json] = {"type": "string"}
    if kind in _FORMATS:
        schema["format"] = _FORMATS[kind]
    for attribute, key in (("minlength", "minLength"), ("maxlength", "maxLength")):
        if (value := element.get(attribute) or "").isdecimal() and len(value) < 7:
            schema[key] = int(value)
    if element.get("pattern"):
        schema["pattern"] = element.get("pattern")
    return schema


_NUMBER: Final = re.compile(r"-?\d{1,9}(?:\.\d{1,6})?")


def looks_like_token(name: str, value: str) -> bool:
    """Whether a hidden field is made anew for each session: by its name, or since its value is long and random."""
    if _TOKEN_NAME.search(name):
        return True
    if len(value) < _TOKEN_LENGTH or not re.fullmatch(r"[\w+=.:-][\w+/=.:-]*", value):
        return False
    if words_of(name)[-1:] in (("id",), ("uuid",), ("key",)):  # they name an object
        return False
    share = [count / len(value) for count in Counter(value).values()]
    return -sum(each * math.log2(each) for each in share) >= _TOKEN_BITS and any(map(str.isdigit, value))


def _label(form: Any) -> str:
    for each in form.iter("button", "input"):
        if each.tag == "button" or (each.get("type") or "").lower() == "submit":
            text = " ".join("".join(each.itertext()).split()) or each.get("value") or ""
            return str(text)[:100]
    return ""


def home_of(page: Any, url: str) -> str:
    """What the page's addresses are relative to: its `base`, else itself."""
    told = next((each.get("href") for each in page.iter("base") if each.get("href")), None)
    return joined(url, told) or url if told else url


_IN_ADDRESSES: Final = "%/:?#[]@!$&'()*+,;=~"
"""Characters of addresses that stand for themselves (RFC 3986, 2.2)."""


def joined(home: str, address: str) -> str:
    """The whole address as it is sent, without its fragment; empty for `mailto:`, and for what is no address."""
    try:
        whole = quote(urldefrag(urljoin(home, address.strip())).url, safe=_IN_ADDRESSES)
        return whole if urlsplit(whole).scheme in ("http", "https") and urlsplit(whole).netloc else ""
    except ValueError:
        return ""
