"""Intent from Terraform: state files and the JSON of `terraform show`, mapped to CloudFormation's resource schemas.

In reading order: `reader` (the entry point), `state` and `show` (the two formats, both into `instance`), `attributes`
(typed access), `mapping` (what a service module declares), one module per AWS service, and `translate` (instances into
resources and coverage).
"""
