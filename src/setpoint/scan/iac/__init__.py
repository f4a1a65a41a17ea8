"""Infrastructure as code: plans and templates in the folder, held against the guardrails that hold at runtime."""
