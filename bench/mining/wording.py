"""How AWS's documentation words a default: the patterns that `sentences` asks, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

NUMBER_WORDS: Final[Mapping[str, int]] = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
}  # fmt: skip
NUMBER: Final = r"(?:-?\d{1,3}(?:,\d{3})+|-?\d+(?:\.\d+)?)(?![:-]?\d)"
VALUE: Final = (
    rf"""(?P<value>`+[^`\n]{{1,80}}`+|"[^"\n]{{1,80}}"|“[^”\n]{{1,80}}”|'[^'\n]{{1,80}}'|\*+[^*\n]{{1,60}}\*+|"""
    rf"""\d{{4}}-\d\d-\d\d|{NUMBER}|[A-Za-z][\w.\-:/]*|\$default|/)"""
)
_QUOTED: Final = r"""(?P<value>`+[^`\n]{1,80}`+|"[^"\n]{1,80}"|\*+[^*\n]{1,60}\*+|(?-i:[A-Z][A-Z0-9_]{2,}))"""
"""What is a value by how it is written."""

_NOUN: Final = (
    r"(?: value| setting| behaviou?r| mode| period| timeout| type| class| option| status| number| limit| size"
    r"| name| expression| format)?"
)
_DEFAULT: Final = rf"\bdefault(?:s)?{_NOUN}(?: \([^)]*\))?(?: (?:for|of) (?:this|the) [\w`]+(?: \w+)?)?"
_NOT: Final = r"(?:not|n't|n\u2019t|no)"
UNSAID: Final = (
    r"\b(?:if|when) (?:(?:(?!\band\b)[^.,]){0,60}?\b)?"
    r"(?:omit\w*|unspecified|unset|absent|missing|left (?:blank|empty|out)|"
    rf"(?:do|does|did|is|are|was|has|have)?{_NOT} (?:\w+ ){{0,2}}"
    r"(?:specif|provid|set|includ|suppl|giv|defin|present|pass|enter|configur|select|value)\w*)[^.,]{0,60}"
)
"""How a sentence begins that says what holds where nothing is declared."""

_LEFT_OUT: Final = rf"(?:{_NOT} (?:specified|set|provided)|omitted|unspecified)"
_THEN: Final = r"(?: then)?(?:(?!\bnot\b|n't|\b(?:all|every)\b)[^.,]){0,60}"
_USES: Final = r"(?:uses?|assumes?|selects?|sets?|specifies|applies|creates)"

STATED: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_DEFAULT} (?:is|is set|are|was)(?: set)?(?: to)?(?: the value)?(?: of)? {VALUE}",
        rf"\bdefaults?(?: value| setting)?[*`]*\s*(?::| = |\u2013|\u2014)\s*{VALUE}",
        rf"\bdefaults?(?: service-side)? to(?: the value(?: of)?| a value of| a| the| select)? {VALUE}",
        rf"\bdefault{_NOUN} of {VALUE}",
        rf"\bdefault(?: value| name| mode| type) {_QUOTED}",
        rf"\bdefault(?: value)? (?P<value>{NUMBER})\b",
        rf"\b(?:is|are) set to {VALUE} by default",
        rf"^set to {VALUE} by default",
        rf"\bby default,?[^.]{{0,60}}? (?:is|are) set to {VALUE}",
        rf"\bby default,? (?:this|the)[^.]{{0,40}}? is {VALUE}",
        rf"\bby default,? [\w ]{{1,40}}? {_USES} {_QUOTED}",
        rf"\bby default \(the {VALUE} setting\)",
        rf"{VALUE}\)? ?[*`]*(?: [-\u2013:])? ?\((?:the |this is the )?default(?: value| setting| behaviou?r)?\)",
        rf"{VALUE} ?\[default\]",
        rf"{_QUOTED},? (?:\(?which )?is the default\b",
        rf"{_QUOTED},? the default\b",
        rf"(?:is|are) {VALUE}(?: (?:ms|(?:millisecond|second|minute|hour|day)s?))? by default",
        rf"\bdefault (?:[\w`]+ ){{1,3}}(?:is|are) (?:set to )?{VALUE}",
        rf"\bdefault (?:maximum|minimum) (?:[^.,]{{1,50}}? )?is (?:set to )?(?P<value>{NUMBER})\b",
        rf"\b(?:uses?|assumes|selects) (?:the |a |an )?{VALUE} (?:as )?(?:the |its )?default",
        rf"{UNSAID},{_THEN}? (?:(?:is |are )?assigned to|is|are|be|uses?|assumes|sets? to|applies) (?:the )?{VALUE}",
        rf"{UNSAID}, (?:then )?{VALUE} is (?:used|assumed|applied|set)",
        rf"\b(?:if|when) (?:\w+ ){{0,4}}?{VALUE},? or (?:is )?(?:if )?{_LEFT_OUT}",
        rf"\b(?:omitted|not set|isn't set|not specified) or (?:is )?set to {VALUE}",
        rf"\b(?:omit|leave|don't provide|do not provide) [^.,]{{1,40}}?,? or (?:set|choose|enter)[\w ]*? {VALUE}",
    )
)  # fmt: skip
"""Every way to state it in one sentence; the likeliest first."""

IS_DEFAULT: Final = re.compile(
    r"\b(?:is|as) the default(?: value| setting| option| behaviou?r| mode| type)?\b(?! \w+ (?:of|for) )", re.IGNORECASE
)
"""What is said of the one value that the line is about: `STANDARD: The plain one. This is the default.`"""

_DOES: Final = r"(?:used|enabled|applied|activated|required|turned on|encrypted)"
OFF: Final = re.compile(
    r"\bby default,? (?:(?!\b(?:so|that|if|when)\b)[^.,]){0,60}?\b(?:is|are|does|do|will|was)(?:n't| not|n\u2019t)\b"
    r"|\bby default,? [^.,]*?\b(?:is|are) (?:disabled|turned off|deactivated)\b"
    r"|\b(?:disabled|turned off|not enabled|not activated) by default\b|\bdefault is (?:to )?not\b"
    r"|\b(?:disables|deactivates|turns off) [^.,]*?\bby default\b"
    rf"|{UNSAID}, [^.,]*?\b(?:is|are) (?:not {_DOES}|disabled|deactivated|turned off)\b"
    rf"|\bis(?:n't| not|n\u2019t) {_DOES} unless\b",
    re.IGNORECASE,
)
ON: Final = re.compile(
    r"\bby default,? [^.,]*?\b(?:is|are) (?:automatically )?(?:enabled|turned on|activated|applied automatically)\b"
    r"|\b(?:enabled|turned on|activated) by default\b"
    r"|\b(?:enables|activates|turns on) [^.,]*?\bby default\b"
    rf"|{UNSAID}, [^.,]*?\b(?:is|are) (?:automatically )?(?:enabled|activated|turned on)\b",
    re.IGNORECASE,
)

_IT: Final = (
    r"(?:example|more\b|this\b|new\b|"
    r"(?:the|a|an) (?:\w+ )?(?:parameter|property|field|attribute|setting|value|option|request)\b)"
)
"""What says *for* without narrowing anything."""

CONDITION: Final = re.compile(
    r"\b(?:if|when|whenever|unless|in case|otherwise|depend(?:s|ing)|except|varies)\b"
    rf"|^[-> ]*(?:for|with|on|in) (?!{_IT})|\bdefaults?(?: \w+)? (?:for|in|with|on) (?!{_IT})"
    r"|\b(?:in|using|through|from|with) the (?:[\w ]+ )?(?:console|CLI|SDKs?|API)\b",
    re.IGNORECASE,
)
"""What narrows a statement, before its end."""

_UNIT: Final = r"(?:(?:milli)?second|minute|hour|day|percent|byte|[KMG]i?B)s?\b ?"
CONDITION_AFTER: Final = re.compile(
    rf"[\s`'\"*)%]*(?:{_UNIT})?(?:\([^)]*\) ?)?(?:is (?:only )?(?:used|applied))?[,;:]?\s*(?:and )?(?:only )?"
    r"(?:\b(?:if|when|whenever|unless|otherwise|depending|except|is only)\b"
    rf"|\b(?:for|with|in|on|of) (?!{_IT})[\w`*])",
    re.IGNORECASE,
)
"""What narrows it right after its end."""

_WORD: Final = r"[`'\"*]*\w+[`'\"*]*"
NO_CONDITION: Final = re.compile(
    rf"{UNSAID}|\(if you don.t specify otherwise\)"
    r"|\bunless (?:otherwise |you |explicitly |it is )*(?:specif|ask|enabl|turn|request|activat)\w*"
    rf"|\b(?:if|when|in|with) (?:set to )?{_WORD} ?,? (?:\((?:the )?default\)|which is the default)"
    rf"|\b(?:if|when) (?:\w+ ){{0,4}}?{_WORD},? or (?:if )?(?:omitted|not specified|unspecified|not set)\b"
    r"|\bfor (?:new\w* \w+|more information[^.]*|example[^.]*)",
    re.IGNORECASE,
)
"""What only says *where nothing is declared*, which is what makes a default."""

PLURAL: Final = re.compile(r"[`'\"*]*\s*(?:,|/|,? and|,? or|\|)\s*(?:and |or |additionally )?[`\"*]")
"""What follows a value that is one of several."""

BOUND: Final = re.compile(r"\bdefault (max|min)imum\b", re.IGNORECASE)
"""What is stated of a bound, and of no property that is none."""

HEAD: Final = re.compile(r"^(?:- |> )?(?:The )?(?P<value>`[^`]+`|\*+[^*]+\*+|\"[^\"]+\")")
"""What a line is about that begins with it: `- *Auto (default)* - …`."""

BULLET: Final = re.compile(r"^- (?P<value>`[^`]+`|\*+[^*]+\*+|\"[^\"]+\") ?(?:\([^)]*\))? ?[*`]*(?::|\u2013|\u2014|-)")
VALID_VALUES: Final = re.compile(
    r"\b(?:valid|allowed|possible|supported|permitted|accepted) values?"
    r"(?: for [\w` ]+?)?(?: are| include|:)+\s*([^.\n]+)",
    re.IGNORECASE,
)
SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z+*`>(])")

NEGATIVE: Final = ("Disable", "Skip", "Exclude", "Ignore", "No", "Block", "Deny", "Suppress", "Prevent")
"""How the names of switches begin that turn something off: what is *enabled by default* is their *off*."""

SWITCH: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "enabled", "enable", "on", "yes"), True),
    **dict.fromkeys(("false", "disabled", "disable", "off", "no"), False),
}
WORDS: Final = frozenset({"true", "false", "none", "standard"})
"""Values that need no quotation marks to be known for one."""

ASIDE: Final = ("For example", "Example", "For more information")
"""How sentences begin that state nothing of the property itself."""

NO_VALUES: Final = frozenset(
    {
        "a", "all", "ami", "an", "and", "any", "aws", "based", "be", "both", "current", "determined", "encryption",
        "for", "id", "in", "is", "it", "kms", "no", "not", "null", "of", "or", "same", "service", "set", "that", "the",
        "this", "to", "use", "used", "uses", "value", "you", "your",
    }
)  # fmt: skip
"""Words that stand where a value may stand, and are none."""
