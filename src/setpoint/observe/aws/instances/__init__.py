"""What runs in an AWS account, as ECS and Lambda say, for the inventory. `observer` puts the readers together."""
