"""Template and expression language injection: a product that the engine worked out, in most engines' delimiters."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from setpoint.model.dast import Certainty, Fault
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.computing import Numbers, Riddle, product, solved
from setpoint.scan.dast.checks.injection.weakness import InjectionCheck
from setpoint.scan.dast.checks.probing import Place, Probe
from setpoint.scan.dast.interface import Workbench

TOGETHER: Final = "{{<one>*<other>}}${<one>*<other>}#{<one>*<other>}"
"""What one engine does not know is text to it, mostly: several are asked at once."""
_RARER: Final = "<%= <one>*<other> %>@(<one>*<other>)[[${<one>*<other>}]]#set($k=<one>*<other>)$k"
"""ERB and EJS, Razor, Thymeleaf, Velocity: apart from the others, as Mako fails on the first."""
_APART: Final = (
    "{{<one>*<other>}}",  # Jinja, Twig, Nunjucks, Tornado
    "${<one>*<other>}",  # Mako, FreeMarker, Thymeleaf, JSP
    "<%= <one>*<other> %>",  # ERB, EJS, JSP
    "#{<one>*<other>}",  # Pug, Slim, JSF
    "{<one>*<other>}",  # Smarty, Latte
    "{% widthratio <one> 1 <other> %}",  # Django
    "{{ <one> | times: <other> }}",  # Liquid
    "#set($k=<one>*<other>)$k",  # Velocity
    "@(<one>*<other>)",  # Razor
)
_JAVA: Final = ('${"<first>".hashCode()}', '#{"<first>".hashCode()}', '%{"<first>".hashCode()}')
"""What the expression languages of Java know, and engines of other languages do not."""


class TemplateInjection(InjectionCheck):
    """Template injection: a product that the engine of the pages worked out."""

    name = "template-injection"
    weakness: ClassVar = FaultKind(
        kind="template-injection",
        cwe=1336,
        severity=Severity.CRITICAL,
        message="The value becomes a part of a template's text, and the engine runs what it says; "
        "keep templates fixed and pass values to them",
    )
    expression: ClassVar = FaultKind(
        kind="expression-language-injection",
        cwe=917,
        severity=Severity.CRITICAL,
        message="The value is evaluated as an expression of Java's; keep expressions fixed and pass values to them",
    )
    about: ClassVar = 12

    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        if not probe.echoes and not probe.breaks:
            return None
        place = probe.place
        tried = (TOGETHER, *((_RARER,) if probe.echoes else ()), *(_APART if probe.breaks and probe.echoes else ()))
        for template in tried:
            exchange = solved(bench, place, product(f"{place.value}<first>{template}<second>"))
            if exchange is not None:
                java = self._of_java(bench, place)
                return java or self.weakness.computed(place, exchange, "the answer holds a product that nobody sent")
        return None

    def _of_java(self, bench: Workbench, place: Place) -> Fault | None:
        for template in _JAVA:
            if exchange := solved(bench, place, _hash(template)):
                difference = "the answer holds the hash that Java has for a text"
                return self.expression.fault(place, Certainty.CONFIRMED, [exchange], difference)
        return None


def _hash(template: str) -> Callable[[Numbers], Riddle]:
    """As `java.lang.String.hashCode` is specified: s[0]*31^(n-1) + … + s[n-1], in 32 bits with a sign."""

    def riddle(given: Numbers) -> Riddle:
        total = 0
        for each in given.first:
            total = (total * 31 + ord(each)) % 2**32
        return Riddle(given.filled(template), str(total - 2**32 if total >= 2**31 else total))

    return riddle
