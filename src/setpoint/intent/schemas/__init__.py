"""Facts about AWS resource types: from CloudFormation's schemas, and from AWS's documentation where they are silent."""

from setpoint.intent.schemas.catalogue import SchemaCatalogue

__all__ = ["SchemaCatalogue"]
