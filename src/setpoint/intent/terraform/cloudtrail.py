"""AWS::CloudTrail::Trail from `aws_cloudtrail`."""

from __future__ import annotations

from functools import partial
from typing import Final

from setpoint.intent.terraform.attributes import Attributes
from setpoint.intent.terraform.mapping import MappedType, Properties, Table, declare, without_unset
from setpoint.model.canonical import Json

_TRAIL: Final[Table] = {
    "TrailName": ("name", Attributes.text),
    "Arn": ("arn", Attributes.text),
    "S3BucketName": ("s3_bucket_name", Attributes.text),
    "S3KeyPrefix": ("s3_key_prefix", Attributes.text),
    "IncludeGlobalServiceEvents": ("include_global_service_events", Attributes.flag),
    "IsMultiRegionTrail": ("is_multi_region_trail", Attributes.flag),
    "EnableLogFileValidation": ("enable_log_file_validation", Attributes.flag),
    "IsOrganizationTrail": ("is_organization_trail", Attributes.flag),
    "IsLogging": ("enable_logging", Attributes.flag),
    "KMSKeyId": ("kms_key_id", Attributes.text),
    "CloudWatchLogsLogGroupArn": ("cloud_watch_logs_group_arn", Attributes.text),
    "CloudWatchLogsRoleArn": ("cloud_watch_logs_role_arn", Attributes.text),
    "SnsTopicName": ("sns_topic_name", Attributes.text),
    "Tags": ("tags", Attributes.tags),
}

_SELECTOR: Final[Table] = {
    "ReadWriteType": ("read_write_type", Attributes.text),
    "IncludeManagementEvents": ("include_management_events", Attributes.flag),
    "ExcludeManagementEventSources": ("exclude_management_event_sources", Attributes.texts),
}

_ADVANCED_FIELD: Final[Table] = {
    "Field": ("field", Attributes.text),
    "Equals": ("equals", Attributes.texts),
    "NotEquals": ("not_equals", Attributes.texts),
    "StartsWith": ("starts_with", Attributes.texts),
    "NotStartsWith": ("not_starts_with", Attributes.texts),
    "EndsWith": ("ends_with", Attributes.texts),
    "NotEndsWith": ("not_ends_with", Attributes.texts),
}

_INSIGHT: Final[Table] = {"InsightType": ("insight_type", Attributes.text)}

_DATA_RESOURCE: Final[Table] = {"Type": ("type", Attributes.text), "Values": ("values", Attributes.texts)}


def _selectors(attributes: Attributes) -> Properties:
    return without_unset(
        {
            "EventSelectors": attributes.each("event_selector", _selector),
            "AdvancedEventSelectors": attributes.each("advanced_event_selector", _advanced_selector),
            "InsightSelectors": attributes.each("insight_selector", partial(declare, table=_INSIGHT)),
        }
    )


def _selector(block: Attributes) -> Json:
    data_resources = block.each("data_resource", partial(declare, table=_DATA_RESOURCE))
    return declare(block, _SELECTOR) | without_unset({"DataResources": data_resources})


def _advanced_selector(block: Attributes) -> Json:
    fields = block.each("field_selector", partial(declare, table=_ADVANCED_FIELD))
    return without_unset({"Name": block.text("name"), "FieldSelectors": fields})


TRAIL: Final = MappedType(
    type="AWS::CloudTrail::Trail",
    terraform_type="aws_cloudtrail",
    identifier="name",
    table=_TRAIL,
    derive=_selectors,
)
