"""AWS::RDS::DBInstance from `aws_db_instance`, with the roles that are associated with it apart."""

from __future__ import annotations

from functools import partial
from typing import Final

from setpoint.intent.terraform.attributes import Attributes, first_unknown
from setpoint.intent.terraform.mapping import MappedType, Part, Properties, Table, declare, without_unset

_TABLE: Final[Table] = {
    "DBInstanceIdentifier": ("identifier", Attributes.text),
    "DBInstanceClass": ("instance_class", Attributes.text),
    "DBName": ("db_name", Attributes.text),
    "CharacterSetName": ("character_set_name", Attributes.text),
    "NcharCharacterSetName": ("nchar_character_set_name", Attributes.text),
    "Timezone": ("timezone", Attributes.text),
    "Engine": ("engine", Attributes.text),
    # As declared, which may be a prefix (`16`): within it, RDS upgrades by itself.
    "EngineVersion": ("engine_version", Attributes.text),
    "EngineLifecycleSupport": ("engine_lifecycle_support", Attributes.text),
    "LicenseModel": ("license_model", Attributes.text),
    "MasterUsername": ("username", Attributes.text),
    "ManageMasterUserPassword": ("manage_master_user_password", Attributes.flag),
    "Port": ("port", Attributes.numeral),
    "AvailabilityZone": ("availability_zone", Attributes.text),
    "MultiAZ": ("multi_az", Attributes.flag),
    "PubliclyAccessible": ("publicly_accessible", Attributes.flag),
    "VPCSecurityGroups": ("vpc_security_group_ids", Attributes.texts),
    "DBSubnetGroupName": ("db_subnet_group_name", Attributes.text),
    "NetworkType": ("network_type", Attributes.text),
    "AllocatedStorage": ("allocated_storage", Attributes.numeral),
    "MaxAllocatedStorage": ("max_allocated_storage", Attributes.positive),
    "StorageType": ("storage_type", Attributes.text),
    "Iops": ("iops", Attributes.positive),
    "StorageThroughput": ("storage_throughput", Attributes.positive),
    "DedicatedLogVolume": ("dedicated_log_volume", Attributes.flag),
    "StorageEncrypted": ("storage_encrypted", Attributes.flag),
    "KmsKeyId": ("kms_key_id", Attributes.text),
    "DeletionProtection": ("deletion_protection", Attributes.flag),
    "BackupTarget": ("backup_target", Attributes.text),
    "BackupRetentionPeriod": ("backup_retention_period", Attributes.number),
    "PreferredBackupWindow": ("backup_window", Attributes.text),
    "PreferredMaintenanceWindow": ("maintenance_window", Attributes.text),
    "AutoMinorVersionUpgrade": ("auto_minor_version_upgrade", Attributes.flag),
    "CopyTagsToSnapshot": ("copy_tags_to_snapshot", Attributes.flag),
    "EnableIAMDatabaseAuthentication": ("iam_database_authentication_enabled", Attributes.flag),
    "EnableCloudwatchLogsExports": ("enabled_cloudwatch_logs_exports", Attributes.texts),
    "MonitoringInterval": ("monitoring_interval", Attributes.number),
    "MonitoringRoleArn": ("monitoring_role_arn", Attributes.text),
    "DatabaseInsightsMode": ("database_insights_mode", Attributes.text),
    "EnablePerformanceInsights": ("performance_insights_enabled", Attributes.flag),
    "PerformanceInsightsKMSKeyId": ("performance_insights_kms_key_id", Attributes.text),
    "PerformanceInsightsRetentionPeriod": ("performance_insights_retention_period", Attributes.positive),
    "DBParameterGroupName": ("parameter_group_name", Attributes.text),
    "OptionGroupName": ("option_group_name", Attributes.text),
    "CACertificateIdentifier": ("ca_cert_identifier", Attributes.text),
    "CustomIAMInstanceProfile": ("custom_iam_instance_profile", Attributes.text),
    "ReplicaMode": ("replica_mode", Attributes.text),
    "Domain": ("domain", Attributes.text),
    "DomainAuthSecretArn": ("domain_auth_secret_arn", Attributes.text),
    "DomainDnsIps": ("domain_dns_ips", Attributes.texts),
    "DomainFqdn": ("domain_fqdn", Attributes.text),
    "DomainIAMRoleName": ("domain_iam_role_name", Attributes.text),
    "DomainOu": ("domain_ou", Attributes.text),
    "Tags": ("tags", Attributes.tags),
}

_ASSOCIATED_ROLE: Final[Table] = {
    "FeatureName": ("feature_name", Attributes.text),
    "RoleArn": ("role_arn", Attributes.text),
}

_SECRET: Final[Table] = {"KmsKeyId": ("kms_key_id", Attributes.text), "SecretArn": ("secret_arn", Attributes.text)}
"""Where RDS keeps the master password itself: the names of secret and key, not what is in them."""


def _read_back(attributes: Attributes) -> Properties:
    return without_unset({"MasterUserSecret": attributes.one("master_user_secret", partial(declare, table=_SECRET))})


def _fold_role(properties: Properties, part: Attributes) -> None:
    held, role = properties.get("AssociatedRoles", []), declare(part, _ASSOCIATED_ROLE)
    properties["AssociatedRoles"] = first_unknown([held, *role.values()]) or [*held, role]


DB_INSTANCE: Final = MappedType(
    type="AWS::RDS::DBInstance",
    terraform_type="aws_db_instance",
    identifier="identifier",
    table=_TABLE,
    derive=_read_back,
    parts={"aws_db_instance_role_association": Part("db_instance_identifier", _fold_role)},
)
