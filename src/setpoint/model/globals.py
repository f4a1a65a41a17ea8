"""Which resource types an account has once, whatever the region. Intent and observe must agree on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GLOBAL_TYPES: Final[Mapping[str, str]] = {
    "AWS::IAM::": "IAM User Guide, Resilience in AWS Identity and Access Management",
    "AWS::CloudFront::": "Amazon CloudFront Developer Guide, AWS global infrastructure",
    "AWS::Route53::": "Amazon Route 53 Developer Guide, Resilience in Amazon Route 53",
    "AWS::GlobalAccelerator::": "AWS Global Accelerator Developer Guide, What is AWS Global Accelerator",
    "AWS::Organizations::": "AWS Organizations User Guide, AWS Organizations endpoints and quotas",
    "AWS::Shield::": "AWS General Reference, AWS Shield Advanced endpoints and quotas",
    "AWS::NetworkManager::": "AWS Global Networks for Transit Gateways User Guide, What is AWS Network Manager",
    "AWS::Budgets::": "AWS General Reference, AWS Cost Management endpoints and quotas",
}
"""How the names of such types begin → the page that says that their service is global."""

_BEGINNINGS: Final = tuple(GLOBAL_TYPES)


def is_global(type_name: str) -> bool:
    return type_name.startswith(_BEGINNINGS)
