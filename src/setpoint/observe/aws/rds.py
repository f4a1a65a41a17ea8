"""Database instances. One call tells everything that CloudFormation can declare and AWS returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from setpoint.model.canonical import Json
from setpoint.observe.aws.reader import Listed, Place, Reader, Reading, VanishedError
from setpoint.observe.aws.shape import ordered, tags

OTHER_ENGINES: Final = frozenset({"neptune", "docdb"})
"""Listed by the same API, but resources of AWS::Neptune::DBInstance and AWS::DocDB::DBInstance."""

SAME: Final = (
    "AutoMinorVersionUpgrade", "AvailabilityZone", "BackupRetentionPeriod", "BackupTarget",
    "CACertificateIdentifier", "CharacterSetName", "CopyTagsToSnapshot", "DBClusterIdentifier", "DBInstanceArn",
    "DBInstanceClass", "DBInstanceIdentifier", "DBName", "DBSystemId", "DatabaseInsightsMode", "DbiResourceId",
    "DedicatedLogVolume", "DeletionProtection", "Engine", "EngineLifecycleSupport", "EngineVersion", "Iops",
    "KmsKeyId", "LicenseModel", "MasterUsername", "MaxAllocatedStorage", "MonitoringInterval", "MonitoringRoleArn",
    "MultiAZ", "NcharCharacterSetName", "NetworkType", "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod", "PreferredBackupWindow", "PreferredMaintenanceWindow", "PromotionTier",
    "PubliclyAccessible", "ReplicaMode", "StorageEncrypted", "StorageThroughput", "StorageType", "TdeCredentialArn",
    "Timezone",
)  # fmt: skip
"""Spelled by the API as by CloudFormation."""

RENAMED: Final = {
    "CustomIAMInstanceProfile": "CustomIamInstanceProfile",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "SourceDBClusterIdentifier": "ReadReplicaSourceDBClusterIdentifier",
}
"""CloudFormation's property → the API's member."""

DOMAIN: Final = {
    "Domain": "Domain",
    "DomainAuthSecretArn": "AuthSecretArn",
    "DomainDnsIps": "DnsIps",
    "DomainFqdn": "FQDN",
    "DomainIAMRoleName": "IAMRoleName",
    "DomainOu": "OU",
}
"""The same for the directory that the instance is a member of; it can be in one only."""

RESHAPED: Final = (
    "AllocatedStorage", "AssociatedRoles", "DBParameterGroupName", "DBSubnetGroupName", "EnableCloudwatchLogsExports",
    "ManageMasterUserPassword", "MasterUserSecret", "OptionGroupName", "Port", "ProcessorFeatures", "Tags",
    "VPCSecurityGroups",
)  # fmt: skip
"""What the API tells in another form."""


class DBInstanceReader(Reader):
    type: ClassVar[str] = "AWS::RDS::DBInstance"
    lists: ClassVar[str] = "rds:DescribeDBInstances"
    calls: ClassVar[int] = 0
    permissions: ClassVar[tuple[str, ...]] = (lists,)
    properties: ClassVar[frozenset[str]] = frozenset({*SAME, *RENAMED, *DOMAIN, *RESHAPED})
    gone: ClassVar[frozenset[str]] = frozenset({"DBInstanceNotFound", "DBInstanceNotFoundFault"})

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        for page in place.client("rds").get_paginator("describe_db_instances").paginate():
            yield [Listed(each["DBInstanceIdentifier"], said=each) for each in page["DBInstances"] if _is_rds(each)]

    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        instance = entity.said
        if instance is None:
            with reading.whole(self.lists):
                answer = place.client("rds").describe_db_instances(DBInstanceIdentifier=entity.identifier)
            instance = next((each for each in answer["DBInstances"] if _is_rds(each)), None)
            if instance is None:
                raise VanishedError
        for name in SAME:
            reading.put(name, instance.get(name))
        for name, theirs in RENAMED.items():
            reading.put(name, instance.get(theirs))
        _put_numbers_as_text(instance, reading)
        _put_memberships(instance, reading)
        _put_secret(instance, reading)
        reading.put("Tags", tags(instance.get("TagList", [])))


def _is_rds(instance: Mapping[str, Json]) -> bool:
    return instance["Engine"] not in OTHER_ENGINES


def _put_numbers_as_text(instance: Mapping[str, Json], reading: Reading) -> None:
    """CloudFormation declares these as strings."""
    if (storage := instance.get("AllocatedStorage")) is not None:
        reading.put("AllocatedStorage", str(storage))
    # While an instance is being made it has no endpoint yet. `DbInstancePort` is 0 for what is not in a cluster.
    if port := instance.get("Endpoint", {}).get("Port"):
        reading.put("Port", str(port))


def _put_memberships(instance: Mapping[str, Json], reading: Reading) -> None:
    """The API tells groups with the state of the membership; only the names are declared."""
    reading.put("DBSubnetGroupName", instance.get("DBSubnetGroup", {}).get("DBSubnetGroupName"))
    for name, theirs, member in (
        ("DBParameterGroupName", "DBParameterGroups", "DBParameterGroupName"),
        ("OptionGroupName", "OptionGroupMemberships", "OptionGroupName"),
    ):
        groups = instance.get(theirs, [])
        reading.put(name, groups[0][member] if groups else None)
    reading.put(
        "VPCSecurityGroups", sorted(each["VpcSecurityGroupId"] for each in instance.get("VpcSecurityGroups", []))
    )
    reading.put("EnableCloudwatchLogsExports", sorted(instance.get("EnabledCloudwatchLogsExports", [])) or None)
    reading.put("ProcessorFeatures", ordered(instance.get("ProcessorFeatures", [])) or None)
    roles = (
        {"FeatureName": each.get("FeatureName", ""), "RoleArn": each["RoleArn"]}
        for each in instance.get("AssociatedRoles", [])
    )
    reading.put("AssociatedRoles", ordered(roles) or None)
    for domain in instance.get("DomainMemberships", [])[:1]:
        for name, theirs in DOMAIN.items():
            reading.put(name, domain.get(theirs) or None)


def _put_secret(instance: Mapping[str, Json], reading: Reading) -> None:
    """Where RDS keeps the master password itself: the names of secret and key, never what is in them."""
    secret = instance.get("MasterUserSecret")
    reading.put("ManageMasterUserPassword", bool(secret) or None)
    if secret:
        reading.put("MasterUserSecret", {name: secret[name] for name in ("KmsKeyId", "SecretArn") if name in secret})
