"""Names in every form that a template may refer by."""

from __future__ import annotations

import pytest

from setpoint.intent.cloudformation.references import references
from setpoint.intent.cloudformation.template import parse_template


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("!Ref One", {"One"}),
        ("{Ref: One}", {"One"}),
        ("!GetAtt One.Arn", {"One"}),
        ("{'Fn::GetAtt': [One, Arn]}", {"One"}),
        ("!Sub 'a ${One} ${Two.Arn} ${!Not}'", {"One", "Two"}),
        ("!Sub ['${One} ${x}', {x: !Ref Two}]", {"One", "Two", "x"}),
        ("!Join ['', [!Ref One, {a: [!Ref Two]}]]", {"One", "Two"}),
        ("{Type: Ref, Names: [One, 2, null]}", set()),
    ],
)
def test_names_in_every_form(written: str, names: set[str]) -> None:
    template = parse_template(f"Resources: {{R: {{Type: T, Properties: {{P: {written}}}}}}}".encode(), "t")
    declared = template.resources["R"]
    assert references(template, declared.properties, declared.properties_path) == names
