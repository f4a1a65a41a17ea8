"""What is known of IAM from files: escalation paths, AWS's own policies, and what exists beside it."""
