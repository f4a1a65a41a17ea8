"""What an account writes of itself, and what stood there before. Called by `forgery` and `page_fields`.

What a check writes in an account's name is written back with these values; what is shown nowhere is left behind.
"""

from __future__ import annotations

from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.action_words import BACKSTAGE, OWN, PASSWORDS
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.checks.access.holdings import Values
from setpoint.scan.dast.checks.access.reading_back import field_name, values_named
from setpoint.scan.dast.creations import is_about_caller
from setpoint.scan.dast.forms import is_token
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.labels import labelled
from setpoint.scan.dast.naming import is_parameter, segments_of, words_of
from setpoint.scan.dast.surface.pages import forms_of

_SETTINGS: Final = frozenset({"settings", "setting", "einstellungen", "ajustes"})
"""In the path of a form: those of the whole installation stand backstage."""


def is_own(operation: Operation) -> bool:
    """Whether it writes to the account that calls it: `/profile`, `/account/email`, a form at `/settings/name`."""
    steps = segments_of(operation.path)
    said = frozenset(words_of(operation.path))
    if any(map(is_parameter, steps)) or not BACKSTAGE.isdisjoint(said):
        return False
    is_said = not OWN.isdisjoint(said) or bool(operation.page and not _SETTINGS.isdisjoint(said))
    return is_about_caller(operation) or is_said


def values_shown(operation: Operation, shown: Exchange) -> Values:
    """What the fields of the operation hold now, as far as the page or the document shows it: in a form, or as text."""
    if shown.answer is None:
        return {}
    fields: dict[str, str] = {}
    for form in forms_of(page_of(shown.answer), shown.sent.url):
        if form.method == operation.method and form.path.endswith(operation.path):
            fields.update(form.values)
    texts = labelled(shown.answer)
    held: dict[Part, Json] = {}
    for part in operation.parts:
        if part.place is PartPlace.BODY and not is_token(part) and "const" not in part.schema:
            name = field_name(part)
            values: list[Json] = [fields[name]] if fields.get(name) else values_named(shown, name)
            if values or words_of(name) in texts:
                held[part] = values[0] if values else texts[words_of(name)]
    return held


def token_of(operation: Operation, page: Exchange, part: Part) -> Json:
    """The token in the operation's form, as this page has it; None where it has none."""
    forms = forms_of(page_of(page.answer), page.sent.url) if page.answer is not None else []
    named = (form.values.get(part.name) for form in forms if form.path.endswith(operation.path))
    return next(filter(None, named), None)


def leave_behind(bench: Workbench, told: str) -> None:
    """Tell a person at the end of the scan what could not be set back."""
    bench.leaves_behind(lambda: [told])


def keeps_its_account(operation: Operation) -> bool:
    """Whether it may be sent in the account's name: what takes a password, too, may change it."""
    return not any(
        part.schema.get("format") == "password" or not PASSWORDS.isdisjoint(words_of(part.name))
        for part in operation.parts
    )
