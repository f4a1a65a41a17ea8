"""Forms for passwords on pages: found, and filled in as a person would. Called by logins and checks of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urljoin

from setpoint.model.dast import BodyForm, Sent

_TEXT_TYPES: Final = frozenset({"", "text", "email", "tel"})
_NOT_SENT: Final = frozenset({"submit", "button", "image", "reset", "file"})


def login_form(page: Any) -> Any:
    """The first form with exactly one field for a password; None where there is none.

    Two of them are for registering, or for changing a password.
    """
    if page is None:
        return None
    return next((form for form in page.iter("form") if len(_of_type(form, frozenset({"password"}))) == 1), None)


def filled(form: Any, page: str, names: tuple[str, str], given: tuple[str, str], also: Mapping[str, str]) -> Sent:
    """What sending it does, from the page at this address; `names` of user and password, empty for found ones."""
    values = {each.get("name"): each.get("value", "") for each in form.iter("input") if _is_sent(each)}
    pressed = next(
        (each for each in form.iter("button", "input") if each.get("type") == "submit" and each.get("name")), None
    )
    if pressed is not None:
        values[pressed.get("name")] = pressed.get("value", "")
    password_field = names[1] or _of_type(form, frozenset({"password"}))[0].get("name", "password")
    user_field = names[0] or _user_field(form)
    values |= {user_field: given[0], password_field: given[1], **also}
    address = urljoin(page, form.get("action") or page)
    written = urlencode({name: value for name, value in values.items() if name})
    if form.get("method", "get").lower() != "post":
        return Sent("GET", f"{address.partition('?')[0]}?{written}", (("referer", page),))
    headers = (("content-type", BodyForm.FORM.value), ("referer", page))
    return Sent("POST", address, headers, written.encode())


def _user_field(form: Any) -> str:
    before = []
    for each in form.iter("input"):
        if each.get("type", "").lower() == "password":
            break
        if each.get("type", "").lower() in _TEXT_TYPES and each.get("name"):
            before.append(each.get("name"))
    return str(before[-1]) if before else "username"


def _of_type(form: Any, types: frozenset[str]) -> list[Any]:
    return [each for each in form.iter("input") if each.get("type", "").lower() in types]


def _is_sent(element: Any) -> bool:
    kind = element.get("type", "").lower()
    if not element.get("name") or kind in _NOT_SENT:
        return False
    return kind not in {"checkbox", "radio"} or element.get("checked") is not None
