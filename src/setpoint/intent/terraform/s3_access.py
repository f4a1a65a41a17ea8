"""How the objects of a bucket are reached over the web, and who hears of what happens to them.

`s3` names what is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from setpoint.intent.terraform.attributes import Attributes, first_unknown
from setpoint.intent.terraform.instance import expect
from setpoint.intent.terraform.mapping import Properties, Table, declare, inside, put, without_unset
from setpoint.model.canonical import Json, Unknown, canonical_bytes

_CORS_RULE: Final[Table] = {
    "Id": ("id", Attributes.text),
    "AllowedHeaders": ("allowed_headers", Attributes.texts),
    "AllowedMethods": ("allowed_methods", Attributes.texts),
    "AllowedOrigins": ("allowed_origins", Attributes.texts),
    "ExposedHeaders": ("expose_headers", Attributes.texts),
    "MaxAge": ("max_age_seconds", Attributes.number),
}

_REDIRECT_ALL: Final[Table] = {
    "HostName": ("host_name", Attributes.text),
    "Protocol": ("protocol", Attributes.text),
}

_CONDITION: Final[Table] = {
    "HttpErrorCodeReturnedEquals": ("http_error_code_returned_equals", Attributes.text),
    "KeyPrefixEquals": ("key_prefix_equals", Attributes.text),
}

_REDIRECT: Final[Table] = {
    "HostName": ("host_name", Attributes.text),
    "HttpRedirectCode": ("http_redirect_code", Attributes.text),
    "Protocol": ("protocol", Attributes.text),
    "ReplaceKeyPrefixWith": ("replace_key_prefix_with", Attributes.text),
    "ReplaceKeyWith": ("replace_key_with", Attributes.text),
}

_TARGETS: Final = (
    ("LambdaConfigurations", "Function", "lambda_function", "lambda_function_arn"),
    ("QueueConfigurations", "Queue", "queue", "queue_arn"),
    ("TopicConfigurations", "Topic", "topic", "topic_arn"),
)
"""What is notified: CloudFormation's list and its member, Terraform's block and its attribute."""


def cors(attributes: Attributes) -> Json:
    return inside("CorsRules", attributes.each("cors_rule", partial(declare, table=_CORS_RULE)))


def fold_cors(properties: Properties, part: Attributes) -> None:
    put(properties, "CorsConfiguration", cors(part))


def fold_website(properties: Properties, part: Attributes) -> None:
    rules = part.each("routing_rule", _routing_rule)
    website = {
        "IndexDocument": part.one("index_document", lambda block: block.text("suffix")),
        "ErrorDocument": part.one("error_document", lambda block: block.text("key")),
        "RedirectAllRequestsTo": part.one("redirect_all_requests_to", partial(declare, table=_REDIRECT_ALL)),
        "RoutingRules": _written_rules(part) if rules is None else rules,
    }
    put(properties, "WebsiteConfiguration", without_unset(website))


def _routing_rule(rule: Attributes) -> Json:
    return without_unset(
        {
            "RoutingRuleCondition": rule.one("condition", partial(declare, table=_CONDITION)),
            "RedirectRule": rule.one("redirect", partial(declare, table=_REDIRECT)),
        }
    )


def _written_rules(attributes: Attributes) -> Json:
    """Routing rules that are written as JSON, in the spelling of S3's API."""
    rules = attributes.parsed("routing_rules")
    if rules is None or isinstance(rules, Unknown):
        return rules
    names = {"Condition": "RoutingRuleCondition", "Redirect": "RedirectRule"}
    where = f"{attributes.where}: routing_rules"
    listed = [expect(rule, dict, "a routing rule", where) for rule in expect(rules, list, "'routing_rules'", where)]
    return [{names.get(name, name): value for name, value in rule.items()} for rule in listed]


def inline_website(attributes: Attributes) -> Json:
    return attributes.one("website", _inline_website)


def _inline_website(block: Attributes) -> Json:
    return without_unset(
        {
            "IndexDocument": block.text("index_document"),
            "ErrorDocument": block.text("error_document"),
            "RedirectAllRequestsTo": _address(block.text("redirect_all_requests_to")),
            "RoutingRules": _written_rules(block),
        }
    )


def _address(address: Json) -> Json:
    """`https://example.org`, or a bare host."""
    if not isinstance(address, str):
        return address
    protocol, separator, host = address.rpartition("://")
    return {"HostName": host, "Protocol": protocol} if separator else {"HostName": address}


def fold_notification(properties: Properties, part: Attributes) -> None:
    configuration = {ours: _targets(part, block, member, arn) for ours, member, block, arn in _TARGETS}
    eventbridge = part.flag("eventbridge")
    # A notification that notifies nobody says that nobody is to be notified.
    configuration["EventBridgeConfiguration"] = inside("EventBridgeEnabled", eventbridge or None)
    put(properties, "NotificationConfiguration", without_unset(configuration))


def _targets(part: Attributes, block: str, member: str, arn: str) -> Json:
    """CloudFormation has a configuration for each event."""
    targets = part.each(block, partial(_one_an_event, member=member, arn=arn))
    if targets is None or isinstance(targets, Unknown):
        return targets
    return first_unknown(targets) or sorted((each for target in targets for each in target), key=canonical_bytes)


def _one_an_event(target: Attributes, member: str, arn: str) -> Json:
    events = target.texts("events")
    if isinstance(events, Unknown):
        return events
    return [{member: target.text(arn), "Event": event, **_filter(target)} for event in events or []]


def _filter(target: Attributes) -> Mapping[str, Json]:
    values = ((name, target.text(f"filter_{name}")) for name in ("prefix", "suffix"))
    rules = [{"Name": name, "Value": value} for name, value in values if value is not None]
    return {"Filter": {"S3Key": {"Rules": rules}}} if rules else {}


def inline_acceleration(attributes: Attributes) -> Json:
    return inside("AccelerationStatus", attributes.text("acceleration_status"))


def fold_acceleration(properties: Properties, part: Attributes) -> None:
    put(properties, "AccelerateConfiguration", inside("AccelerationStatus", part.text("status")))
