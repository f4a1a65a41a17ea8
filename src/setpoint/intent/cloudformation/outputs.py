"""The section `Outputs`: what a nested stack gives to its parent, and what a stack exports. Called by `resolution`."""

from __future__ import annotations

from collections.abc import Mapping

from setpoint.errors import InputError
from setpoint.intent.cloudformation.anatomy import is_generator, nearest, run_by_aws_only
from setpoint.intent.cloudformation.evaluator import Evaluator
from setpoint.intent.cloudformation.template import Template
from setpoint.model.canonical import Json, Unknown


class Outputs:
    def __init__(self, template: Template, evaluator: Evaluator) -> None:
        self._template = template
        self._evaluator = evaluator

    def value(self, name: str, where: str) -> Json:
        """What `Fn::GetAtt Nested.Outputs.name` gives."""
        if self._template.macros:
            return Unknown(run_by_aws_only(*self._template.macros))
        output = self._template.outputs.get(name)
        if output is None:
            if any(is_generator(each) for each in self._template.outputs):
                return Unknown(f"the output {name} may be declared by a macro or a loop, which is not run")
            raise InputError(
                f"{self._template.document.name} has no output {name}",
                where=where,
                remedy=nearest(name, self._template.outputs),
            )
        path = f"Outputs.{name}"
        if not isinstance(output, Mapping) or "Value" not in output:
            raise InputError(f"the output {name} has no Value", where=self._template.where(path))
        condition = output.get("Condition")
        holds = condition is None or self._evaluator.condition(condition, self._template.where(f"{path}.Condition"))
        if isinstance(holds, Unknown):
            return holds
        if not holds:
            raise InputError(f"the output {name} is not there because its condition is false", where=where)
        return self._evaluator.value(output["Value"], f"{path}.Value")

    def exported(self, name: str) -> Json:
        """What this template exports under a name; None where it exports no such thing."""
        outputs = {} if self._template.macros else self._template.outputs
        for output_name, output in outputs.items():
            export = output.get("Export") if isinstance(output, Mapping) else None
            path = f"Outputs.{output_name}"
            if isinstance(export, Mapping) and self._evaluator.value(export.get("Name"), f"{path}.Export.Name") == name:
                return self.value(output_name, self._template.where(path))
        return None
