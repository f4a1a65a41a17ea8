"""A policy file to start from: commented, and right as it is. Called by `setpoint policy new`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from setpoint.decide.policy.component import COMPONENT
from setpoint.decide.policy.weakness import WEAKNESS
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.paths import covers, split
from setpoint.model.principal import PRINCIPAL
from setpoint.model.schema import Kind, ResourceSchema

_SAMPLES: Final[Mapping[Kind, Json]] = {
    Kind.BOOLEAN: True,
    Kind.STRING: "example",
    Kind.INTEGER: 1,
    Kind.NUMBER: 1,
    Kind.ANY: "example",
    Kind.LIST: [],
    Kind.OBJECT: {},
    Kind.DOCUMENT: {"Statement": []},
}
"""A value of each kind; a property of the kind that stands first here makes the clearest example."""

_HEAD: Final = """\
# One policy a file, and its id says where: <folder>/<name>. All fields and functions: docs/reference/policies.md
id: {policy_id}
# What is wrong where this policy speaks, as a person reads it in a finding.
title: {title}
# What can happen otherwise, and what would do about it.
why: Say in a sentence what can happen
remedy: {remedy}
# info, low, medium, high or critical: how much a finding weighs in a release's risk.
severity: low
subject: {subject}
"""

_GUARDRAIL: Final = (
    _HEAD
    + """\
types: [{type}]
# All properties that the expression uses, as paths of the CloudFormation schema; [*] stands for any element of a list.
reads: [{property}]
# CEL, true while all is well. An absent property is null, an absent list empty.
holds: {expression}
# At build, deploy and admit: warn, require approval or deny. At runtime: alert, remediate or escalate. Else nothing.
effects: {{build: warn, deploy: warn, admit: warn, runtime: alert}}
# Benchmark sections and technique ids, for example CIS AWS 3.0.0 2.1.4.
references: []
# Cases that must come out as they say; near misses find the most mistakes. Run them with: setpoint policy test
examples:
  pass:
    - name: as it should be
      properties: {{{property}: {good}}}
  fail:
    - name: not declared
      properties: {{}}
"""
)

_COMPONENT: Final = (
    _HEAD
    + """\
types: [{type}]
# Those that the expression uses, of type, name, version, purl, licences, licence_expression, is_loaded, severity,
# known_exploited and fixed_known.
reads: [licence_expression]
# CEL, true while all is well. What nobody states is null.
holds: >-
  resource.licence_expression == null
  || usable_under(resource.licence_expression, ['Apache-2.0', 'BSD-*', 'ISC', 'MIT', 'MPL-2.0', 'PSF-2.0'])
# At build, deploy and admit: warn, require approval or deny. At runtime: alert. Else nothing.
effects: {{build: warn, deploy: warn, admit: warn, runtime: alert}}
# Where that is agreed, for example the page of your own rules.
references: []
# Cases that must come out as they say; near misses find the most mistakes. Run them with: setpoint policy test
examples:
  pass:
    - name: one of two to choose from
      properties: {{licence_expression: GPL-3.0-only OR MIT}}
  fail:
    - name: two that hold together
      properties: {{licence_expression: GPL-3.0-only AND MIT}}
"""
)

_WEAKNESS: Final = (
    _HEAD
    + """\
types: [{type}]
# Those that the expression uses, of kind, rule, cwes[*], severity, score, file, function, tools[*], is_new, standing,
# is_attacked, watched and fingerprint.
reads: [kind, severity, is_new]
# CEL, true while all is well. What is not known is null: is_new, where nothing was compared with.
holds: >-
  resource.kind != 'sast' || resource.is_new == false || !(resource.severity in ['high', 'critical'])
# At build, deploy and admit: warn, require approval or deny. At runtime there is no source.
effects: {{build: warn, deploy: deny, admit: none}}
# Where that is agreed, for example the page of your own rules.
references: []
# Cases that must come out as they say; near misses find the most mistakes. Run them with: setpoint policy test
examples:
  pass:
    - name: it was there before
      properties: {{kind: sast, severity: high, is_new: false}}
  fail:
    - name: nobody knows whether it was
      properties: {{kind: sast, severity: high}}
"""
)

_PRINCIPAL: Final = (
    _HEAD
    + """\
types: [{type}]
# Those that the expression uses, as docs/reference/policies.md lists them; [*] stands for any element of a list.
reads: [break_glass, "access_keys[*].status", "access_keys[*].last_used_days"]
# CEL, true while all is well. What is not set is null, an absent list empty.
holds: >-
  resource.break_glass == true
  || !resource.access_keys.exists(key, key.status == 'active' && key.last_used_days == null)
# At build, deploy and admit: what a plan would grant. At runtime: alert. Else nothing.
effects: {{build: warn, deploy: warn, admit: warn, runtime: alert}}
# Benchmark sections and technique ids, for example ATT&CK T1098.001.
references: []
# Cases that must come out as they say; near misses find the most mistakes. Run them with: setpoint policy test
examples:
  pass:
    - name: a key that is in use
      properties: {{kind: user, access_keys: [{{id: …AAAA, status: active, last_used_days: 1}}]}}
  fail:
    - name: a key that nobody ever used
      properties: {{kind: user, access_keys: [{{id: …AAAA, status: active}}]}}
"""
)

_DRIFT: Final = (
    _HEAD
    + """\
types: [{type}]
# CEL, true for the differences that this policy is about. drift has kind (changed, undeclared, missing, unmanaged),
# type, path, intended, actual and tags.
applies: drift.kind == 'changed' && drift.path == 'Tags[owner]'
# warn, alert, remediate, require approval or escalate; of several policies the most careful one counts.
effects: {{runtime: alert}}
# Benchmark sections and technique ids, for example ATT&CK T1098.
references: []
# Cases that must come out as they say. Run them with: setpoint policy test
examples:
  applies:
    - {{name: the difference that is meant, kind: changed, path: "Tags[owner]", intended: a, actual: b}}
  does_not_apply:
    - {{name: another one, kind: changed, path: "Tags[team]", intended: a, actual: b}}
"""
)


def guardrail_file(policy_id: str, schema: ResourceSchema) -> str:
    """About a property that can be declared and is read; raises `InputError` where the type has none."""
    name, kind = _property(schema)
    is_boolean = kind is Kind.BOOLEAN
    return _GUARDRAIL.format(
        policy_id=policy_id,
        title=f"{name} is not {'true' if is_boolean else 'declared'}",
        remedy=f"Declare {name}{' true' if is_boolean else ''}",
        subject="resource",
        type=schema.type,
        property=name,
        expression=f"resource.{name} {'== true' if is_boolean else '!= null'}",
        good=orjson.dumps(_SAMPLES[kind]).decode(),
    )


def component_policy_file(policy_id: str) -> str:
    """About the licences of components, whatever they are components of."""
    return _COMPONENT.format(
        policy_id=policy_id,
        title="Component cannot be used under a licence that we accept",
        remedy="Replace the component, or agree on its licence and name it here",
        subject="resource",
        type=COMPONENT,
    )


def weakness_policy_file(policy_id: str) -> str:
    """About what scanners newly tell."""
    return _WEAKNESS.format(
        policy_id=policy_id,
        title="New code has a severe weakness",
        remedy="Mend it, or waive it with a reason",
        subject="resource",
        type=WEAKNESS,
    )


def principal_policy_file(policy_id: str) -> str:
    """About the access keys of users."""
    return _PRINCIPAL.format(
        policy_id=policy_id,
        title="User has an access key that was never used",
        remedy="Delete the key, or say by a tag that it is kept for emergencies",
        subject="resource",
        type=PRINCIPAL,
    )


def drift_policy_file(policy_id: str, type_name: str) -> str:
    """Of one type, or of `*`, which is all."""
    return _DRIFT.format(
        policy_id=policy_id,
        title="Somebody else owns it than was declared",
        remedy="Set the tag back, or declare the new owner",
        subject="drift",
        type=orjson.dumps(type_name).decode() if type_name == "*" else type_name,
    )


def _property(schema: ResourceSchema) -> tuple[str, Kind]:
    hidden = schema.read_only | schema.write_only | schema.not_read
    known = [
        (list(_SAMPLES).index(kind), name, kind)
        for name, kind in schema.kinds.items()
        if len(split(name)) == 1 and not any(covers(path, name) for path in hidden)
    ]
    if not known:
        raise InputError(f"{schema.type} has no property that can be declared and read", remedy="name another type")
    _, name, kind = min(known)
    return name, kind
