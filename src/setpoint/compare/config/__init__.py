"""The configuration plane: a resource as it was declared against the same resource as it runs."""

from setpoint.compare.config.comparator import ConfigComparator

__all__ = ["ConfigComparator"]
