"""Users and roles as policies see them: their type and its properties. `check` knows the type from here.

`decide/identity` makes the resources; the loop judges them as it judges any other.
"""

from __future__ import annotations

from typing import Final

from setpoint.model.principal import PRINCIPAL
from setpoint.model.schema import Kind, ResourceSchema

SCHEMA: Final = ResourceSchema(
    PRINCIPAL,
    version="1",
    primary_identifier=("arn",),
    kinds={
        "arn": Kind.STRING,
        "kind": Kind.STRING,
        "name": Kind.STRING,
        "path": Kind.STRING,
        "Tags": Kind.LIST,
        "Tags[*]": Kind.OBJECT,
        "Tags[*].Key": Kind.STRING,
        "Tags[*].Value": Kind.STRING,
        "service": Kind.STRING,
        "exposure": Kind.STRING,
        "break_glass": Kind.BOOLEAN,
        "is_admin": Kind.BOOLEAN,
        "escalates": Kind.STRING,
        "escalation_paths": Kind.LIST,
        "escalation_paths[*]": Kind.STRING,
        "escalates_to": Kind.LIST,
        "escalates_to[*]": Kind.STRING,
        "wildcard_admin_statements": Kind.LIST,
        "wildcard_admin_statements[*]": Kind.STRING,
        "trusts_anyone": Kind.BOOLEAN,
        "trusts_outside": Kind.LIST,
        "trusts_outside[*]": Kind.STRING,
        "federated_subjects": Kind.LIST,
        "federated_subjects[*]": Kind.OBJECT,
        "federated_subjects[*].provider": Kind.STRING,
        "federated_subjects[*].subject": Kind.STRING,
        "access_keys": Kind.LIST,
        "access_keys[*]": Kind.OBJECT,
        "access_keys[*].id": Kind.STRING,
        "access_keys[*].status": Kind.STRING,
        "access_keys[*].age_days": Kind.INTEGER,
        "access_keys[*].last_used_days": Kind.INTEGER,
        "unused_services": Kind.LIST,
        "unused_services[*]": Kind.STRING,
        "unused_days": Kind.INTEGER,
    },
)
