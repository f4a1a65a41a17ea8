"""What a handler has to be allowed: reading how a resource is set up, and nothing else."""

from __future__ import annotations

from setpoint.model.handlers import Handlers, Verb


def test_only_what_reads_configuration_is_asked_for() -> None:
    actions = (
        "apigateway:GET",
        "iam:PassRole",
        "iam:listUsers",
        "kms:Decrypt",
        "lambda:GetFunction",
        "s3:getObject",
        "secretsmanager:GetSecretValue",
        "sts:AssumeRole",
    )
    handlers = Handlers("AWS::Lambda::Function", {Verb.READ: actions})
    assert handlers.asks(Verb.READ) == ("apigateway:GET", "iam:listUsers", "lambda:GetFunction")
    assert handlers.asks(Verb.LIST) == ()
