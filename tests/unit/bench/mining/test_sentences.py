from __future__ import annotations

from typing import Any

import pytest
from bench.mining.sentences import stated_defaults


def stated(prose: str, name: str, kind: str, *allowed: str) -> list[tuple[Any, bool]]:
    """(the default, whether it holds under a condition), of each sentence that states one."""
    return [(each.value, each.conditional) for each in stated_defaults(prose, name, kind, allowed)]


@pytest.mark.parametrize(
    ("sentence", "kind", "value"),
    [
        ("The default value is `30` .", "integer", 30),
        ("The default is 2,880 minutes (48 hours).", "integer", 2880),
        ("*Default value* : `1`", "integer", 1),
        ("Range 0-100, default 0.", "integer", 0),
        ("The default is three.", "integer", 3),
        ("If you don't specify a priority, the service uses the default value 7.", "integer", 7),
        ("If you omit this parameter, the default of 50.5 is used.", "number", 50.5),
        ("Set to `true` by default, if no value is specified.", "boolean", True),
        ("By default, AWS CloudFormation specifies `false` .", "boolean", False),
        ("By default (the `false` setting), nothing is recorded.", "boolean", False),
        ("When `False` (default), operations are managed.", "boolean", False),
        ("If false or not specified, then the deployment fails.", "boolean", False),
        ("When omitted or set to false, mentions are ignored.", "boolean", False),
        ("Leave blank, or choose false, to have none.", "boolean", False),
        ("If not specified, encryption is not used.", "boolean", False),
        ("Encryption is not enabled unless you ask for it.", "boolean", False),
        ("If you don't specify a value, CloudFormation disables single sign-on by default.", "boolean", False),
        ("If you don't include this parameter, revocation is automatically activated for the client.", "boolean", True),
        ("The default format is CSV.", "string", "CSV"),
        ("If the name isn't specified, the default name ` Other ` is used.", "string", "Other"),
        ("If you don't provide a track, the cluster is assigned to the `current` track.", "string", "current"),
        ("The default value is 2015-10-08.", "string", "2015-10-08"),
    ],
)
def test_a_default_is_read_out_of_a_sentence(sentence: str, kind: str, value: object) -> None:
    assert stated(sentence, "Property", kind) == [(value, False)]


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("`SLOW` is the default behavior.", "SLOW"),
        ("When set to `SLOW` , which is the default, it takes longer.", "SLOW"),
        ("- *Slow (default)* - It takes longer.", "SLOW"),
        ("- **SLOW** - (Default) It takes longer.", "SLOW"),
        ("- `SLOW` : It takes longer. This is the default.", "SLOW"),
        ("The `SLOW` kind is like `FAST` , but takes longer. This is the default setting.", "SLOW"),
        ("`SLOW` (default) for those who have time, `FAST` for others.", "SLOW"),
        ("<ul><li><p><code>SLOW</code>: It takes longer. This is the default.</p></li></ul>", "SLOW"),
    ],
)
def test_one_of_the_allowed_values_may_be_named_in_other_ways(sentence: str, value: str) -> None:
    assert stated(sentence, "Speed", "string", "FAST", "SLOW") == [(value, False)]


def test_the_values_that_a_text_lists_are_known_for_values() -> None:
    listed = "Valid values are `fast` and `slow` . The default is slow."
    assert stated(listed, "Speed", "string") == [("slow", False)]
    assert stated("The default is slow.", "Speed", "string") == []


def test_a_switch_may_be_a_word() -> None:
    assert stated("Disabled by default.", "Support", "string", "enable", "disable") == [("disable", False)]
    assert stated("Disabled by default.", "Support", "string", "enable", "maybe") == []


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("If the engine is MySQL, the default is 3306.", "integer"),
        ("For HTTP, the default is 80.", "integer"),
        ("The default is 29 seconds for WebSocket APIs and 30 seconds for HTTP APIs.", "integer"),
        ("Default: 1, if the cluster has one node.", "integer"),
        ("If you do not set this, the default of 18 is used, unless an image is named.", "integer"),
        ("- *Amazon Kinesis* \u2013 Default 100.", "integer"),
        ("If you don't specify `KmsKeyId` , the default is 5.", "integer"),
        ("If you name a snapshot and do not specify it, the default is 5.", "integer"),
        ("When you use the console, the default is 5.", "integer"),
    ],
)
def test_what_holds_under_a_condition_says_so(sentence: str, kind: str) -> None:
    assert [conditional for _, conditional in stated(sentence, "Size", kind)] == [True]


@pytest.mark.parametrize(
    ("sentence", "name", "kind"),
    [
        ("The default is one of the following.", "Size", "integer"),
        ("This parameter defaults to 1024 * 1024 bytes.", "Size", "integer"),
        ("The defaults are `A` and `B` .", "Kinds[*]", "string"),
        ("The default value is `A` and additionally `B` .", "Kinds[*]", "string"),
        ("The default maximum number of strings is 10.", "Strings", "integer"),
        ("For example, it defaults to `2019` .", "Start", "string"),
        ("If you omit this key, the encryption does not use AWS KMS.", "KmsKeyId", "string"),
        ("Rendered with DEFAULT=YES, AUTOSELECT=YES.", "Kind", "string"),
        ("Disable the default endpoint.", "DisableEndpoint", "boolean"),
        ("Deletion is blocked; it is enabled by default.", "DisableDeletion", "boolean"),
        ("By default, models are kept so that none does not have to be loaded.", "Cache", "boolean"),
        ("The default is null.", "Name", "string"),
        ("If not specified, the group's name defaults to `/aws/images/image-name` .", "Name", "string"),
    ],
)
def test_what_only_looks_like_a_default_is_none(sentence: str, name: str, kind: str) -> None:
    assert stated(sentence, name, kind) == []


@pytest.mark.parametrize(
    ("prose", "name", "value"),
    [
        ("The default value is 1 day.", "MaxRuntimeInSeconds", 86_400),
        ("The default is 29 seconds.", "TimeoutInMillis", 29_000),
        ("The longest session (in seconds). The default value of one hour is applied.", "MaxSession", 3600),
        ("The default of 31 days is used.", "RetentionPeriod", 31),
        ("The wait is 5000 ms by default.", "WaitMs", 5000),
    ],
)
def test_a_number_counts_in_the_unit_of_its_property(prose: str, name: str, value: int) -> None:
    assert stated(prose, name, "integer") == [(value, False)]
