"""Policies of their own that tests bring along."""

from __future__ import annotations

from typing import Final

LOGGED: Final = """
id: logging/bucket-logged
title: Bucket does not log who reads it
why: Nobody could say who looked.
remedy: Set LoggingConfiguration.DestinationBucketName
severity: medium
subject: resource
types: [AWS::S3::Bucket]
reads: [LoggingConfiguration.DestinationBucketName]
holds: resource.LoggingConfiguration.DestinationBucketName != null
effects: {deploy: deny, runtime: alert}
references: []
examples:
  pass: [{name: logged, properties: {LoggingConfiguration: {DestinationBucketName: logs}}}]
  fail: [{name: not logged, properties: {}}]
"""
